package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

func (a *app) resultCommand() *cli.Command {
	return &cli.Command{
		Name:      "result",
		Usage:     "fetch what the process produced",
		ArgsUsage: "ID | URL",
		Description: `The result goes to standard output, or to a file. A download that breaks off is
resumed; one that is interrupted is kept beside the file and resumed by the same
command, if the result is still the same.

Examples:
   cfs result kq3x…
   cfs result kq3x… -o slides.pdf`,
		Flags: []cli.Flag{&cli.StringFlag{Name: "file", Aliases: []string{"o"}, Usage: "write to this file; - is standard output",
			TakesFile: true}},
		Action:       a.result,
		OnUsageError: quietly,
	}
}

func (a *app) result(ctx context.Context, c *cli.Command) error {
	if c.Args().Len() != 1 {
		return usageError{errors.New("name one talk, by its id, status URL or result URL")}
	}
	ref := c.Args().First()
	ctx, cancel := patience(ctx, c)
	defer cancel()
	s, err := a.connect(c, ref, a.retrying(c, ref))
	if err != nil {
		return err
	}
	st, err := finished(ctx, s, ref)
	if err != nil {
		return about(ref, err)
	}
	body, err := s.Result(ctx, st)
	if err != nil { // with a reference that can be watched
		return about(strings.Replace(ref, api.ResultPath, api.StatusPath, 1), err)
	}
	defer body.Close()
	if name := c.String("file"); name != "" && name != "-" {
		err = a.download(body, name)
	} else {
		err = a.print(body)
	}
	if errors.As(err, new(fileError)) || errors.As(err, new(usageError)) {
		return err
	}
	if err != nil {
		return aboutError{at: ref, error: err}
	}
	return nil
}

// finished is the state with the result that ref names: the status is read first,
// unless ref is the result's own URL.
func finished(ctx context.Context, s *speakers, ref string) (state, error) {
	if u, err := url.Parse(ref); err == nil && u.Host != "" && strings.Contains(u.Path, api.ResultPath) {
		return state{Submission: api.Submission{ResultURL: ref}}, nil
	}
	st, err := s.Status(ctx, ref)
	if err == nil {
		err = st.Err()
	}
	return st, err
}

// print writes a result to standard output. A terminal is shown text only, without
// what it would obey.
func (a *app) print(body *client.ResultBody) error {
	if a.width(a.stdout) == 0 {
		_, err := io.Copy(a.stdout, body)
		return err
	}
	if t, _, _ := mime.ParseMediaType(body.MediaType); !strings.HasPrefix(t, "text/") && t != api.MediaTypeJSON && !strings.HasSuffix(t, "+json") {
		return usageError{fmt.Errorf("the result is %s, which a terminal cannot show; name a file: -o FILE", clean(body.MediaType))}
	}
	text, err := io.ReadAll(body)
	for line := range strings.Lines(string(text)) {
		shown, _ := strings.CutSuffix(line, "\n")
		fmt.Fprintln(a.stdout, clean(shown))
	}
	return err
}

// download writes a result to a file, by way of another one beside it whose name
// says which result it is a part of.
func (a *app) download(body *client.ResultBody, name string) error {
	sum := sha256.Sum256([]byte(body.ETag))
	part := name + "." + hex.EncodeToString(sum[:4]) + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return fileError{err}
	}
	defer f.Close()
	there, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return fileError{err}
	}
	if there > 0 && body.Skip(there) != nil { // not a part of it after all
		there = 0
		if err := errors.Join(f.Truncate(0), seek(f)); err != nil {
			return fileError{err}
		}
	}
	meter := a.newMeter(body.Size, there)
	_, err = io.Copy(io.MultiWriter(fileWriter{f}, meter), body)
	meter.close()
	if err != nil && meter.there > 0 && resumable(body, err) {
		return keptError{err}
	}
	if err != nil {
		return errors.Join(err, f.Close(), os.Remove(part))
	}
	if err := errors.Join(f.Close(), os.Rename(part, name)); err != nil {
		return fileError{err}
	}
	return nil
}

// resumable reports whether a part of a result is good for anything after an error:
// it is not without a strong ETag, or once the result is another one.
func resumable(body *client.ResultBody, err error) bool {
	return body.ETag != "" && !strings.HasPrefix(body.ETag, "W/") && !errors.Is(err, client.ErrResultChanged)
}

// keptError is an error of a download of which a part is kept.
type keptError struct{ error }

func (e keptError) Unwrap() error { return e.error }

func seek(f *os.File) error {
	_, err := f.Seek(0, io.SeekStart)
	return err
}

// fileWriter marks the errors of a file as such.
type fileWriter struct{ io.Writer }

func (w fileWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if err != nil {
		return n, fileError{err}
	}
	return n, nil
}

// meter shows on a terminal how much of a download is there.
type meter struct {
	app                *app
	width              int
	size, first, there int64
	began, drawn       time.Time
}

func (a *app) newMeter(size, there int64) *meter {
	return &meter{app: a, width: a.width(a.stderr), size: size, first: there, there: there, began: a.now()}
}

func (m *meter) Write(p []byte) (int, error) {
	m.there += int64(len(p))
	if now := m.app.now(); m.width > 0 && now.Sub(m.drawn) >= 2*frameTime {
		m.drawn = now
		fmt.Fprintf(m.app.stderr, "\r\x1b[K%s", m.line(now, locale(m.app.getenv)))
	}
	return len(p), nil
}

// line is a bar, the bytes, and an estimate from the speed so far.
func (m *meter) line(now time.Time, look marks) string {
	if m.size <= 0 {
		return byteCount(m.there)
	}
	percent := int(m.there * 100 / m.size)
	s := fmt.Sprintf("%s %3d%%  %s of %s", look.bar(percent, 10), percent, byteCount(m.there), byteCount(m.size))
	if came := m.there - m.first; came > 0 {
		left := estimate(time.Duration(float64(now.Sub(m.began)) / float64(came) * float64(m.size-m.there)))
		if left != "" && len(left)+45 < m.width {
			s += "  " + left
		}
	}
	return s
}

func (m *meter) close() {
	if !m.drawn.IsZero() {
		fmt.Fprintf(m.app.stderr, "\r\x1b[K%s\n", m.line(m.app.now(), locale(m.app.getenv)))
	}
}

// byteCount writes a number of bytes in decimal units.
func byteCount(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	v, unit := float64(n)/1000, 0
	for v >= 1000 && unit < 3 {
		v, unit = v/1000, unit+1
	}
	return fmt.Sprintf("%.1f %cB", v, "kMGT"[unit])
}

func (a *app) cancelCommand() *cli.Command {
	return &cli.Command{
		Name:      "cancel",
		Usage:     "cancel a talk",
		ArgsUsage: "URL",
		Description: `The URL is the cancelUrl that only the response to the submit has: cfs submit
shows it, and with --output json it is the member cancelUrl.

Examples:
   cfs cancel https://talks.example.com/api/cancel/…
   cfs cancel "$(cfs submit talk.json -o json | jq -r .cancelUrl)"

The exit code is 0 if the talk is canceled, or about to be; 7 if it had ended
before.`,
		Action:       a.cancel,
		OnUsageError: quietly,
	}
}

func (a *app) cancel(ctx context.Context, c *cli.Command) error {
	ref := c.Args().First()
	if u, err := url.Parse(ref); c.Args().Len() != 1 || err != nil || u.Host == "" {
		return usageError{errors.New("name one talk, by the cancel URL that came with its submit")}
	}
	ctx, cancel := patience(ctx, c)
	defer cancel()
	s, err := a.connect(c, ref, a.retrying(c, ref))
	if err != nil {
		return err
	}
	st, err := s.Cancel(ctx, state{Submission: api.Submission{CancelURL: ref}})
	if err != nil {
		return aboutError{at: ref, error: err} // the secret in it is in no message
	}
	st.CancelURL = "" // is known, and a secret
	if err := a.show(c, st); err != nil {
		return err
	}
	switch {
	case !st.Done():
		if a.width(a.stdout) > 0 && c.String("output") != "json" {
			fmt.Fprintln(a.stdout, "It is being canceled. Watch it with: cfs watch "+clean(st.ID))
		}
	case st.Status != api.Canceled:
		return refusedError("the talk had ended before: " + word(st.Submission))
	}
	return nil
}

// refusedError is what the server did not do, although it answered well.
type refusedError string

func (r refusedError) Error() string { return string(r) }
