package server

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/mock"
)

// mocks is the mock file, which may be read again while the program runs.
type mocks struct {
	path string
	// files is that file, as it was read.
	files files
	file  atomic.Pointer[mock.File]
}

// readMocks reads the mock file, if there is one.
func readMocks(s settings) (*mocks, error) {
	m := &mocks{path: s.mocks}
	return m, m.read()
}

func (m *mocks) read() error {
	if m.path == "" {
		return nil
	}
	m.files = files{}
	m.files.add(m.path)
	f, err := mock.Read(m.path)
	if err == nil {
		m.file.Store(f)
	}
	return err
}

// integrations returns what the engine is to do about calls of other services.
func (m *mocks) integrations(s settings) engine.Integrations {
	i := engine.Integrations{Stubs: s.integrations == stub}
	if m.path != "" {
		i.Mocks = m.file.Load
	}
	return i
}

// report logs who answers the calls of a machine, if that is not all real, the
// mocks that it has no states for, and the mocked results that do not fit. None
// of it stops anything: Step Functions Local, whose files these are, looks a mock
// up when its state is entered.
func (m *mocks) report(name string, definition *asl.Machine, stubs bool, log *slog.Logger) {
	file := m.file.Load()
	if plan := mock.NewPlan(name, definition, file, stubs); plan.Foreign() {
		log.Warn("some calls of the state machine are mocked, stubbed or missing", "stateMachine", name, "calls", plan.String())
	}
	problems, misfits := file.Check(name, definition)
	for _, problem := range problems {
		log.Warn("a mock has no effect", "stateMachine", name, "why", problem)
	}
	for _, misfit := range misfits {
		log.Warn("a mocked result does not fit its state", "stateMachine", name, "why", misfit)
	}
}

// reportAbsent logs the state machines of the mock file that are not there: their
// names may be misspelled.
func (m *mocks) reportAbsent(e *engine.Engine, log *slog.Logger) {
	for _, absent := range m.file.Load().AbsentMachines(names(e)) {
		log.Warn(absentMachine, "why", absent.Why)
	}
}

// reportMeant logs those that may be meant for a machine which was just created:
// any other may yet be created.
func (m *mocks) reportMeant(created string, e *engine.Engine, log *slog.Logger) {
	for _, absent := range m.file.Load().AbsentMachines(names(e)) {
		if absent.Meant == created {
			log.Warn(absentMachine, "why", absent.Why)
		}
	}
}

const absentMachine = "the mock file has a state machine that is not there"

func names(e *engine.Engine) (all []string) {
	for _, machine := range e.StateMachines() {
		all = append(all, machine.Name)
	}
	return all
}

// callFunctions reports whether any of the machines may call a function for real.
// Machines that clients have yet to create may, so that none may as well.
func (m *mocks) callFunctions(all []engine.StateMachine) bool {
	return len(all) == 0 || slices.ContainsFunc(all, func(machine engine.StateMachine) bool {
		definition, err := asl.Parse([]byte(machine.Definition))
		return err != nil || mock.CallsFunctions(machine.Name, definition, m.file.Load())
	})
}

// writeMocks writes a skeleton of a mock file for the machines. It overwrites
// no file.
func (m *machines) writeMocks(path string) error {
	var all []mock.Named
	for _, machine := range m.made {
		definition, err := asl.Parse([]byte(machine.Definition))
		if err != nil {
			return fmt.Errorf("%s: %s: %w", m.template, machine.LogicalID, err)
		}
		all = append(all, mock.Named{Name: machine.Name, Definition: definition})
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("-write-mocks: %s is there already, and is not overwritten: name another file", path)
	} else if err != nil {
		return fmt.Errorf("-write-mocks: %w", err)
	}
	_, err = file.Write(mock.Skeleton(all))
	return errors.Join(err, file.Close())
}

// ignoreFolder keeps the data folder out of version control, unless it has a
// .gitignore already.
func ignoreFolder(folder string) error {
	file, err := os.OpenFile(filepath.Join(folder, ".gitignore"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = file.WriteString("# State machines and executions of this machine.\n*\n")
	return errors.Join(err, file.Close())
}
