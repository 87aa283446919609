package asl

import (
	"encoding/json"
	"strconv"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/choice"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/integration"
)

// Parse reads a definition. Its error is a *value.SyntaxError for a text that
// is not JSON, and Problems, all of them, for one of the wrong shape. With
// Problems about an object there still is a Machine, of everything that could
// be read, so that further checks can find what else is wrong; it must not run.
//
// Parse looks at shapes only: whether fields have the right types and paths
// can be read. Which fields a state needs, and may have, is Validate's.
func Parse(src []byte) (*Machine, error) {
	p := &parser{}
	v, err := value.ParseStrict(src, func(pointer string, _ int) {
		p.report(pointer, "Duplicate field")
	})
	if err != nil {
		return nil, err
	}
	m := p.machine(v, "")
	if len(p.problems) > 0 {
		return m, p.problems
	}
	return m, nil
}

type parser struct{ problems Problems }

func (p *parser) report(pointer, message string) {
	p.problems = append(p.problems, Problem{Code: SchemaCode, Pointer: pointer, Message: message})
}

// fields reads the members of one object; each read of a member that is there
// but has another type is a problem.
type fields struct {
	p       *parser
	source  *value.Object
	pointer string
}

// object opens v for reading, nil with a problem where v is no object.
func (p *parser) object(v any, pointer string) *fields {
	o, ok := v.(*value.Object)
	if !ok {
		p.report(pointer, "Expected value of type Object")
		return nil
	}
	return &fields{p: p, source: o, pointer: pointer}
}

func (f *fields) at(name string) string { return f.pointer + "/" + value.PointerStep(name) }

func (f *fields) wrong(name, kind string) {
	f.p.report(f.at(name), "Expected value of type "+kind)
}

func (f *fields) text(name string) string {
	if s := f.optionalText(name); s != nil {
		return *s
	}
	return ""
}

func (f *fields) optionalText(name string) *string {
	v, ok := f.source.Get(name)
	if !ok {
		return nil
	}
	s, ok := v.(string)
	if !ok {
		f.wrong(name, "String")
		return nil
	}
	return &s
}

func (f *fields) boolean(name string) bool {
	v, ok := f.source.Get(name)
	if !ok {
		return false
	}
	b, ok := v.(bool)
	if !ok {
		f.wrong(name, "Boolean")
	}
	return b
}

func (f *fields) list(name string) []any {
	v, ok := f.source.Get(name)
	if !ok {
		return nil
	}
	items, ok := v.([]any)
	if !ok {
		f.wrong(name, "Array")
	}
	return items
}

func (f *fields) texts(name string) []string {
	items := f.list(name)
	if items == nil {
		return nil
	}
	out := make([]string, 0, len(items))
	for _, item := range items {
		s, ok := item.(string)
		if !ok {
			f.wrong(name, "Array of Strings")
			return nil
		}
		out = append(out, s)
	}
	return out
}

func (p *parser) machine(v any, pointer string) *Machine {
	f := p.object(v, pointer)
	if f == nil {
		return nil
	}
	m := &Machine{
		Source: f.source, Pointer: pointer,
		Comment: f.text("Comment"), QueryLanguage: f.text("QueryLanguage"), Version: f.text("Version"),
		StartAt: f.text("StartAt"), TimeoutSeconds: f.integer("TimeoutSeconds"),
		Processor: f.processorConfig(),
		byName:    map[string]*State{},
	}
	states, ok := f.source.Get("States")
	if !ok {
		return m
	}
	if inner := p.object(states, f.at("States")); inner != nil {
		for _, member := range inner.source.Members() {
			m.add(p.state(member.Name, member.Value, inner.at(member.Name)))
		}
	}
	return m
}

func (m *Machine) add(s *State) {
	if s != nil {
		m.States = append(m.States, s)
		m.byName[s.Name] = s
	}
}

func (f *fields) processorConfig() *ProcessorConfig {
	v, ok := f.source.Get("ProcessorConfig")
	if !ok {
		return nil
	}
	c := f.p.object(v, f.at("ProcessorConfig"))
	if c == nil {
		return nil
	}
	return &ProcessorConfig{Source: c.source, Mode: c.text("Mode"), ExecutionType: c.text("ExecutionType")}
}

func (p *parser) state(name string, v any, pointer string) *State {
	f := p.object(v, pointer)
	if f == nil {
		return nil
	}
	s := &State{
		Source: f.source, Pointer: pointer, Name: name, Type: Type(f.text("Type")),
		Comment: f.text("Comment"), QueryLanguage: f.text("QueryLanguage"),
		Next: f.text("Next"), End: f.boolean("End"),
		InputPath: f.path("InputPath"), OutputPath: f.path("OutputPath"), ResultPath: f.path("ResultPath"),
		Parameters: f.template("Parameters"), ResultSelector: f.template("ResultSelector"), Assign: f.template("Assign"),
		Retry: f.retriers(), Catch: f.catchers(),
		Choices: f.rules("Choices"), Default: f.text("Default"),
		Branches: f.branches(),
	}
	s.Result, _ = f.source.Get("Result")
	s.TaskFields, s.WaitFields, s.FailFields, s.MapFields = f.task(), f.wait(), f.fail(), f.forMap()
	return s
}

func (f *fields) branches() []*Machine {
	var out []*Machine
	for i, item := range f.list("Branches") {
		if m := f.p.machine(item, f.item("Branches", i)); m != nil {
			out = append(out, m)
		}
	}
	return out
}

// itemProcessor reads the processor of a Map state, in its present or its older form.
func (f *fields) itemProcessor() *Machine {
	for _, name := range []string{"ItemProcessor", "Iterator"} {
		if v, ok := f.source.Get(name); ok {
			return f.p.machine(v, f.at(name))
		}
	}
	return nil
}

func (f *fields) batcher() *Batcher {
	v, ok := f.source.Get("ItemBatcher")
	if !ok {
		return nil
	}
	b := f.p.object(v, f.at("ItemBatcher"))
	if b == nil {
		return nil
	}
	return &Batcher{
		Source: b.source, BatchInput: b.template("BatchInput"),
		MaxItemsPerBatch: b.integer("MaxItemsPerBatch"), MaxItemsPerBatchPath: b.path("MaxItemsPerBatchPath"),
		MaxInputBytesPerBatch: b.integer("MaxInputBytesPerBatch"), MaxInputBytesPerBatchPath: b.path("MaxInputBytesPerBatchPath"),
	}
}

func (f *fields) s3Call(name string) *S3Call {
	v, ok := f.source.Get(name)
	if !ok {
		return nil
	}
	c := f.p.object(v, f.at(name))
	if c == nil {
		return nil
	}
	return &S3Call{Source: c.source, Resource: c.text("Resource"), Parameters: c.template("Parameters")}
}

func (f *fields) rules(name string) []*Rule {
	var out []*Rule
	for i, item := range f.list(name) {
		if r := f.p.rule(item, f.item(name, i)); r != nil {
			out = append(out, r)
		}
	}
	return out
}

func (p *parser) rule(v any, pointer string) *Rule {
	f := p.object(v, pointer)
	if f == nil {
		return nil
	}
	r := &Rule{
		Source: f.source, Pointer: pointer,
		And: f.rules("And"), Or: f.rules("Or"),
		Variable: f.path("Variable"), Next: f.text("Next"), Assign: f.template("Assign"),
	}
	if v, ok := f.source.Get("Not"); ok {
		r.Not = p.rule(v, f.at("Not"))
	}
	f.comparison(r)
	return r
}

// comparison reads the operator: the one member that is none of a rule's
// other fields. Of several the first counts here; having several is Validate's.
func (f *fields) comparison(r *Rule) {
	for _, m := range f.source.Members() {
		operator, ok := choice.Lookup(m.Name)
		if !ok {
			continue
		}
		r.Operator, r.Comparison, r.Operand = m.Name, operator, m.Value
		if operator.Path {
			r.OperandPath = f.path(m.Name)
		}
		return
	}
}

// item returns the pointer of one item of a list.
func (f *fields) item(name string, i int) string { return f.at(name) + "/" + strconv.Itoa(i) }

func (f *fields) task() TaskFields {
	return TaskFields{
		Resource:       integration.Parse(f.text("Resource")),
		TimeoutSeconds: f.integer("TimeoutSeconds"), TimeoutSecondsPath: f.path("TimeoutSecondsPath"),
		HeartbeatSeconds: f.integer("HeartbeatSeconds"), HeartbeatSecondsPath: f.path("HeartbeatSecondsPath"),
		Credentials: f.template("Credentials"),
	}
}

func (f *fields) wait() WaitFields {
	return WaitFields{
		Seconds: f.integer("Seconds"), SecondsPath: f.path("SecondsPath"),
		Timestamp: f.text("Timestamp"), TimestampPath: f.path("TimestampPath"),
	}
}

func (f *fields) fail() FailFields {
	return FailFields{
		Error: f.optionalText("Error"), Cause: f.optionalText("Cause"),
		ErrorPath: f.expression("ErrorPath"), CausePath: f.expression("CausePath"),
	}
}

func (f *fields) forMap() MapFields {
	return MapFields{
		ItemProcessor: f.itemProcessor(), ItemsPath: f.path("ItemsPath"),
		ItemSelector: f.template("ItemSelector"), ItemBatcher: f.batcher(), Label: f.text("Label"),
		ItemReader: f.s3Call("ItemReader"), ResultWriter: f.s3Call("ResultWriter"),
		MaxConcurrency: f.integer("MaxConcurrency"), MaxConcurrencyPath: f.path("MaxConcurrencyPath"),
		ToleratedFailureCount:          f.integer("ToleratedFailureCount"),
		ToleratedFailureCountPath:      f.path("ToleratedFailureCountPath"),
		ToleratedFailurePercentage:     f.float("ToleratedFailurePercentage"),
		ToleratedFailurePercentagePath: f.path("ToleratedFailurePercentagePath"),
	}
}

func (f *fields) retriers() []*Retrier {
	var out []*Retrier
	for i, item := range f.list("Retry") {
		if r := f.p.object(item, f.item("Retry", i)); r != nil {
			out = append(out, r.retrier())
		}
	}
	return out
}

// retrier applies the defaults of states-language.net, "Retrying after error".
func (f *fields) retrier() *Retrier {
	r := &Retrier{
		Source: f.source, ErrorEquals: f.texts("ErrorEquals"),
		IntervalSeconds: f.integerOr("IntervalSeconds", 1), MaxAttempts: f.integerOr("MaxAttempts", 3), BackoffRate: 2,
		MaxDelaySeconds: f.integerOr("MaxDelaySeconds", 0), JitterStrategy: f.text("JitterStrategy"),
	}
	if rate := f.float("BackoffRate"); rate != nil {
		r.BackoffRate = *rate
	}
	return r
}

func (f *fields) catchers() []*Catcher {
	var out []*Catcher
	for i, item := range f.list("Catch") {
		c := f.p.object(item, f.item("Catch", i))
		if c == nil {
			continue
		}
		out = append(out, &Catcher{
			Source: c.source, ErrorEquals: c.texts("ErrorEquals"), Next: c.text("Next"),
			ResultPath: c.path("ResultPath"), Assign: c.template("Assign"),
		})
	}
	return out
}

// integer reads a whole number; nil where it is absent, wrong, or an
// expression of JSONata (which is rejected for its own reason).
func (f *fields) integer(name string) *int64 {
	n := f.number(name, "Integer")
	if n == "" {
		return nil
	}
	i, err := strconv.ParseInt(string(n), 10, 64)
	if err != nil {
		f.wrong(name, "Integer")
		return nil
	}
	return &i
}

func (f *fields) float(name string) *float64 {
	n := f.number(name, "Number")
	if n == "" {
		return nil
	}
	x, err := strconv.ParseFloat(string(n), 64)
	if err != nil {
		f.wrong(name, "Number")
		return nil
	}
	return &x
}

func (f *fields) number(name, kind string) json.Number {
	v, ok := f.source.Get(name)
	if !ok {
		return ""
	}
	if s, ok := v.(string); ok && isJSONata(s) {
		return ""
	}
	n, ok := v.(json.Number)
	if !ok {
		f.wrong(name, kind)
	}
	return n
}

func (f *fields) integerOr(name string, otherwise int64) int64 {
	if i := f.integer(name); i != nil {
		return *i
	}
	return otherwise
}

func isJSONata(s string) bool {
	return strings.HasPrefix(s, "{%") && strings.HasSuffix(s, "%}")
}
