package wire

import "encoding/json"

// Defaults of the settings, as DescribeStateMachine tells them.
var (
	defaultLogging    = json.RawMessage(`{"level":"OFF","includeExecutionData":false}`)
	defaultTracing    = json.RawMessage(`{"enabled":false}`)
	defaultEncryption = json.RawMessage(`{"type":"AWS_OWNED_KEY"}`)
)

func (l *loggingConfiguration) check() *Fault {
	if l == nil || optional(l.Level) == "" || optional(l.Level) == "OFF" {
		return nil
	}
	if len(l.Destinations) != 1 {
		return fault("InvalidLoggingConfiguration", "Invalid Logging Configuration: Must specify exactly one Log Destination.")
	}
	if d := l.Destinations[0]; d.CloudWatchLogsLogGroup == nil || optional(d.CloudWatchLogsLogGroup.LogGroupARN) == "" {
		return fault("InvalidLoggingConfiguration", "Invalid Logging Configuration: Log Destination Must Have Exactly One CloudWatch Logs Log Group.")
	}
	return nil
}

func (e *encryptionConfiguration) check() *Fault {
	if e != nil && optional(e.Type) == "CUSTOMER_MANAGED_KMS_KEY" && e.KMSKeyID == nil {
		return fault("InvalidEncryptionConfiguration", "Invalid Encryption Configuration: KmsKeyId must be provided when type is CUSTOMER_MANAGED_KMS_KEY")
	}
	return nil
}

// settings are the documents of a state machine's settings; an absent one is
// the default at creation, and stays as it is in an update.
type settings struct{ logging, tracing, encryption json.RawMessage }

func readSettings(l *loggingConfiguration, t *tracingConfiguration, e *encryptionConfiguration) (settings, error) {
	var s settings
	var err error
	for _, check := range []*Fault{l.check(), e.check()} {
		if check != nil {
			return s, check
		}
	}
	if l != nil {
		s.logging, err = json.Marshal(l)
	}
	if t != nil && err == nil {
		s.tracing, err = json.Marshal(t)
	}
	if e != nil && err == nil {
		s.encryption, err = json.Marshal(e)
	}
	return s, err
}

func (s settings) withDefaults() settings {
	if s.logging == nil {
		s.logging = defaultLogging
	}
	if s.tracing == nil {
		s.tracing = defaultTracing
	}
	if s.encryption == nil {
		s.encryption = defaultEncryption
	}
	return s
}
