package local

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"example.org/asynchttpapi/async/internal/functions"
)

func setAddr(s *Settings, value string) error {
	s.Addr = value
	return checkAddr(value)
}

func checkAddr(value string) error {
	_, port, err := net.SplitHostPort(value)
	if err != nil {
		return fmt.Errorf("%q is not HOST:PORT", value)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%q: the port has to be a number from 0 to 65535", value)
	} else if strconv.FormatUint(n, 10) != port {
		return fmt.Errorf("%q: the port is written oddly", value)
	}
	return nil
}

func setData(s *Settings, value string) error {
	s.Data = value
	if value == "" {
		return errors.New("a folder is needed")
	}
	return nil
}

func setBaseURL(s *Settings, value string) error {
	s.BaseURL = value
	if err := functions.CheckBaseURL(value); err != nil {
		return fmt.Errorf("%q: %w", value, err)
	}
	return nil
}

func setAllowHosts(s *Settings, value string) error {
	s.AllowHosts = nil
	if value == "" {
		return nil
	}
	return s.AllowHosts.Set(value)
}

// hostNames are the names that requests may be addressed to: those of
// -allow-host, those that the system was asked to listen on, and the one in
// every Location.
func (s Settings) hostNames() []string {
	names := slices.Clone(s.AllowHosts)
	for _, addr := range []string{s.Addr, s.StepFunctionsAddr} {
		if host, _, err := net.SplitHostPort(addr); err == nil && host != "" {
			names = append(names, host)
		}
	}
	if base, err := url.Parse(s.BaseURL); err == nil && base.Hostname() != "" {
		names = append(names, base.Hostname())
	}
	return names
}

func setAPIKeyHashes(s *Settings, value string) error {
	s.APIKeyHashes = value
	return functions.CheckKeyHashes(value)
}

func setOperatorKeyHashes(s *Settings, value string) error {
	s.OperatorKeyHashes = value
	return functions.CheckKeyHashes(value)
}

func setFailureStatus(s *Settings, value string) error {
	switch value {
	case "200":
		s.FailureStatus = http.StatusOK
	case "409":
		s.FailureStatus = http.StatusConflict
	default:
		return fmt.Errorf("%q is neither 200 nor 409", value)
	}
	return nil
}

func setLogErrors(s *Settings, value string) error {
	if value != "true" && value != "false" {
		return fmt.Errorf("%q is neither true nor false", value)
	}
	s.LogErrors = value == "true"
	return nil
}

func setLog(s *Settings, value string) error {
	if value != "text" && value != "json" {
		return fmt.Errorf("%q is neither text nor json", value)
	}
	s.JSONLog = value == "json"
	return nil
}

func setStepFunctionsAddr(s *Settings, value string) error {
	s.StepFunctionsAddr = value
	if value == "" {
		return nil
	}
	return checkAddr(value)
}
