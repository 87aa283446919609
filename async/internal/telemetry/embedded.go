package telemetry

import "time"

// embedded is the member _aws of a log line in CloudWatch's embedded metric
// format: CloudWatch Logs makes metrics of the line's members that it names.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
type embedded struct {
	// Timestamp is in milliseconds since 1970.
	Timestamp         int64
	CloudWatchMetrics []directive
}

type directive struct {
	Namespace string
	// Dimensions are sets of members' names; each set makes a metric of its own.
	Dimensions [][]string
	Metrics    []definition
}

type definition struct{ Name, Unit string }

func embed(at time.Time, dimensions [][]string, metrics []metric) embedded {
	d := directive{Namespace: Namespace, Dimensions: dimensions}
	for _, m := range metrics {
		d.Metrics = append(d.Metrics, definition{m.name, m.unit})
	}
	return embedded{Timestamp: at.UnixMilli(), CloudWatchMetrics: []directive{d}}
}
