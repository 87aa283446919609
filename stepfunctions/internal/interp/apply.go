package interp

// Apply tells the run that in happened and gives what is to be done about it.
// An input that concerns nothing the run waits for changes nothing and has no
// effects: a task reported twice, a timer of a task that is done, anything
// after the end.
func (r *Run) Apply(in Input) Effects {
	r.now = in.At
	r.effects = Effects{}
	switch in.Kind {
	case Started:
		r.start(in)
	case Stopped:
		r.stop(in)
	case Redriven:
		r.redrive()
	case TimerFired:
		r.timerFired(in.Ref)
	case MapRunUpdated:
		r.updateMapRun(in)
	case TaskSucceeded, TaskFailed, TaskHeartbeat, TaskSubmitted:
		r.taskInput(in)
	}
	r.drain()
	r.overflows()
	effects := r.effects
	r.effects = Effects{}
	return effects
}

// drain enters states until every scope waits for something or is done.
func (r *Run) drain() {
	r.enterReady()
	for len(r.unfilled) > 0 && r.outcome == nil {
		s := r.unfilled[0]
		r.unfilled = r.unfilled[1:]
		if s.fork != nil && s.fork.each != nil {
			r.fill(s)
		}
		r.enterReady()
	}
	r.unfilled = nil
}

func (r *Run) enterReady() {
	for i := 0; i < len(r.ready) && r.outcome == nil; i++ {
		s := r.ready[i]
		r.ready[i] = nil
		switch {
		case s.status != running:
		case s.log.full:
			r.overflow(s.log)
		default:
			r.enter(s)
		}
	}
	r.ready = r.ready[:0]
	if cap(r.ready) > 8 {
		r.ready = nil // a run that sleeps should be small
	}
}

func (r *Run) start(in Input) {
	if r.root != nil {
		return
	}
	r.startedAt = in.At
	input, err := decode(in.Output)
	r.input = input
	r.root = &scope{machine: r.machine, log: r.log, vars: &variables{}}
	r.log.add(r.now, 0, "ExecutionStarted", func() map[string]any {
		details := map[string]any{"input": string(in.Output), "roleArn": r.info.RoleARN}
		if r.info.VersionARN != "" {
			details["stateMachineVersionArn"] = r.info.VersionARN
		}
		if r.info.AliasARN != "" {
			details["stateMachineAliasArn"] = r.info.AliasARN
		}
		return details
	})
	if err != nil {
		r.end(Outcome{Status: StatusFailed, Error: runtimeError, Cause: "Invalid execution input: " + err.Error()})
		return
	}
	if t := r.machine.TimeoutSeconds; t != nil {
		r.deadline = r.timer(r.root, deadline, r.now.Add(seconds(*t)))
	}
	r.run(r.root, r.machine.StartAt, input)
}

// run has the scope enter the named state with this input, in its turn.
func (r *Run) run(s *scope, state string, input data) {
	s.visit = visit{state: s.machine.State(state), name: state, input: input}
	r.ready = append(r.ready, s)
}
