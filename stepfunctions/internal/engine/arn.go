package engine

import (
	"fmt"
	"strings"
)

// arns builds and takes apart the names of what the engine keeps.
type arns struct{ prefix string } // arn:aws:states:REGION:ACCOUNT:

func newARNs(region, account string) arns {
	return arns{prefix: fmt.Sprintf("arn:aws:states:%s:%s:", region, account)}
}

func (a arns) machine(name string) string { return a.prefix + "stateMachine:" + name }

func (a arns) execution(r Record) string {
	if r.Express != "" {
		return a.prefix + "express:" + machineName(r.MachineARN) + ":" + r.Name + ":" + r.Express
	}
	return a.prefix + "execution:" + machineName(r.MachineARN) + ":" + r.Name
}

func machineName(machineARN string) string {
	return machineARN[strings.LastIndexByte(machineARN, ':')+1:]
}

// parseMachine takes a state machine ARN apart: the machine's own, and the
// version or alias after it, if any.
func (a arns) parseMachine(arn string) (machineARN, qualifier string, err error) {
	rest, ok := strings.CutPrefix(arn, a.prefix+"stateMachine:")
	if !ok || rest == "" {
		return "", "", invalidARN(arn)
	}
	if strings.Contains(rest, "/") {
		return "", "", refuse(ValidationException, "The state machine ARN '%s' names a Distributed Map state", arn)
	}
	name, qualifier, qualified := strings.Cut(rest, ":")
	if name == "" || qualified && qualifier == "" {
		return "", "", invalidARN(arn)
	}
	return a.machine(name), qualifier, nil
}

// parseExecution takes an execution ARN apart.
func (a arns) parseExecution(arn string) (machineARN, name string, err error) {
	rest, ok := strings.CutPrefix(arn, a.prefix+"execution:")
	machine, name, both := strings.Cut(rest, ":")
	if !ok || !both || machine == "" || name == "" || strings.Contains(name, ":") {
		return "", "", invalidARN(arn)
	}
	return a.machine(machine), name, nil
}

func invalidARN(arn string) error { return refuse(InvalidArn, "Invalid Arn: '%s'", arn) }

const maxName = 80

// checkName holds the rule for names of machines and executions,
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html.
func checkName(name string) error {
	runes := 0
	for _, r := range name {
		if runes++; forbidden(r) {
			return refuse(InvalidName, "Invalid Name: '%s'", name)
		}
	}
	if runes == 0 || runes > maxName {
		return refuse(InvalidName, "Invalid Name: '%s'", name)
	}
	return nil
}

func forbidden(r rune) bool {
	switch {
	case r <= 0x20, r >= 0x7f && r <= 0x9f, r >= 0xd800 && r <= 0xdfff, r >= 0xfffd && r <= 0xffff, r == 0x10ffff:
		return true
	}
	return strings.ContainsRune("<>{}[]?*\"#%\\^|~`$&,;:/", r)
}
