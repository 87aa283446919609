package asl

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
