package asl

import (
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

func (c *checker) taskRules(at string, o *value.Object) {
	c.required(at, o, "Resource")
	c.integration(at, o)
	if name, _ := get(o, "Resource").(string); has(o, "Credentials") && parseARN(name).activity() {
		c.schema(member(at, "Credentials"), "The field 'Credentials' is not supported for activities")
	}
	c.atMostOne(at, o, "TimeoutSeconds", "TimeoutSecondsPath")
	c.atMostOne(at, o, "HeartbeatSeconds", "HeartbeatSecondsPath")
	c.catchAllLast(at, o)
	timeout, _ := o.Get("TimeoutSeconds")
	heartbeat, _ := o.Get("HeartbeatSeconds")
	if order, ok := value.CompareNumbers(heartbeat, timeout); ok && order >= 0 {
		c.schema(member(at, "HeartbeatSeconds"), "HeartbeatSeconds must be smaller than TimeoutSeconds")
	}
}

// credentials takes any members, for AWS asks for one alone.
func credentials(c *checker, at string, v any) {
	if c.isExpression(v) {
		return
	}
	o, ok := v.(*value.Object)
	if !ok {
		c.schema(at, "Expected value of type Object")
		return
	}
	if !has(o, "RoleArn") && !has(o, "RoleArn.$") {
		c.schema(at, "The field 'RoleArn' is required but was missing")
	}
	template(c, at, v)
}
