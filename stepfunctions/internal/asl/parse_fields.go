package asl

import "strconv"

// item is the pointer of one item of a list.
func (f *fields) item(name string, i int) string { return f.at(name) + "/" + strconv.Itoa(i) }

func (f *fields) task() TaskFields {
	return TaskFields{
		Resource:       f.text("Resource"),
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
