package ask

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile/civil"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func sampleStatus() Status {
	at := time.Date(2026, 11, 23, 7, 30, 0, 0, civil.Zone)
	return Status{
		Version: "v1.2.3", Agency: "示例市生态环境局", PID: 42, Started: &at, Today: Day(civil.MustParse("2026-11-23")), CalendarEnd: Day(civil.MustParse("2026-12-31")),
		Register: "ABC", Records: 12, Size: 3 << 20, Stages: map[string]int{"received": 2, "handling": 1}, Open: 3, Unregistered: 2, DueToday: 1, DueSoon: 1, Overdue: 1,
		Unconfirmed: 1, Outbox: map[string]int{"held": 1, "drafted": 2}, Mails: map[string]int{"case": 3, "parked": 1, "history": 0, "duplicate": 0, "quarantined": 0},
		Mailboxes: []MailboxStatus{
			{Account: "foi@example.test", State: "idle", LastSuccess: &at, NextTry: &at, Certificate: &at, Logins: 1, Taken: 4},
			{Account: `a"b\` + "\n", State: "failing", Fault: "auth", Label: "授权码被拒绝", Hint: "重新生成", ServerSays: "LOGIN error", Failures: 3, Logins: 2, Troubled: 1},
		},
		Troubles: []string{"磁盘只剩 3 MiB，将满"}, Notices: []string{"配置改过，要重启才生效"}, Verified: &at,
		Backup:         BackupStatus{At: &at, Path: "/var/backups/ysq/ysq-ABC", Records: 11, Encrypted: true},
		WebCertificate: &at,
		Disputes:       1, DisputeBy: Day(civil.MustParse("2026-11-30")),
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got:\n%s", file, got)
	}
}

// The names and units are an interface.
func TestMetricsGolden(t *testing.T) {
	var b strings.Builder
	if err := WriteMetrics(&b, sampleStatus()); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/metrics.golden", b.String())
}

// What is written is Prometheus' text format, as promtool wants it: help and type under the very name of the
// samples, before them, once; a total for each counter, a base unit at the end of a name.
func TestMetricsAreWellFormed(t *testing.T) {
	var b strings.Builder
	if err := WriteMetrics(&b, sampleStatus()); err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`^(# TYPE [a-z_]+ (gauge|counter)|# HELP [a-z_]+ .+|[a-z_]+(\{[a-z]+="([^"\\]|\\[\\"n])*"\})? [0-9.]+)$`)
	family := ""
	seen := map[string]bool{}
	for l := range strings.Lines(b.String()) {
		l = strings.TrimSuffix(l, "\n")
		if !line.MatchString(l) {
			t.Errorf("not in the format: %q", l)
		}
		switch words := strings.Fields(l); {
		case strings.HasPrefix(l, "# HELP"):
			if family = words[2]; seen[family] {
				t.Errorf("%s stands twice", family)
			}
			seen[family] = true
		case strings.HasPrefix(l, "# TYPE") && (words[2] != family || (words[3] == "counter") != strings.HasSuffix(family, "_total")):
			t.Errorf("%q does not go with %s", l, family)
		case !strings.HasPrefix(l, "#") && l[:strings.IndexAny(l, "{ ")] != family:
			t.Errorf("%q does not belong to %s", l, family)
		}
	}
	for _, m := range Metrics() {
		if m.Unit != "" && !strings.HasSuffix(m.Name, "_"+m.Unit) {
			t.Errorf("the name %s does not end in its unit", m.Name)
		}
	}
	if promtool, err := exec.LookPath("promtool"); err == nil {
		cmd := exec.Command(promtool, "check", "metrics")
		cmd.Stdin = strings.NewReader(b.String())
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("promtool: %v\n%s", err, out)
		}
	}
}

// schema is as much of JSON Schema as StatusSchema uses.
type schema struct {
	Type        any
	Description string
	Properties  map[string]schema
	Items       *schema
	Required    []string
}

func (s schema) types() (all []string) {
	switch t := s.Type.(type) {
	case string:
		return []string{t}
	case []any:
		for _, x := range t {
			all = append(all, x.(string))
		}
	}
	return all
}

func (s schema) judge(t *testing.T, at string, v any) {
	t.Helper()
	kind := "null"
	switch x := v.(type) {
	case string:
		kind = "string"
	case bool:
		kind = "boolean"
	case float64:
		kind = "integer"
	case []any:
		kind = "array"
		if s.Items == nil {
			t.Errorf("%s: a list of what?", at)
			break
		}
		for _, item := range x {
			s.Items.judge(t, at+"[]", item)
		}
	case map[string]any:
		kind = "object"
		for name, value := range x {
			if p, ok := s.Properties[name]; ok {
				p.judge(t, at+"."+name, value)
			} else if s.Properties != nil {
				t.Errorf("%s.%s is not in the schema", at, name)
			}
		}
		for _, name := range s.Required {
			if _, ok := x[name]; !ok {
				t.Errorf("%s lacks %s", at, name)
			}
		}
		for name, p := range s.Properties {
			if _, ok := x[name]; !ok && slices.Contains(s.Required, name) {
				t.Errorf("%s.%s does not exist", at, name)
			} else if p.Description == "" {
				t.Errorf("%s.%s is not described", at, name)
			}
		}
	}
	if !slices.Contains(s.types(), kind) {
		t.Errorf("%s is %s, the schema says %v", at, kind, s.types())
	}
}

// The status is what its schema says: full, and with everything that can be absent absent.
func TestStatusMatchesSchema(t *testing.T) {
	var s schema
	if err := json.Unmarshal([]byte(StatusSchema), &s); err != nil {
		t.Fatal(err)
	}
	for name, status := range map[string]Status{"full": sampleStatus(), "empty": {Outbox: map[string]int{}, Stages: map[string]int{}, Mails: map[string]int{}, Mailboxes: []MailboxStatus{}, Troubles: []string{}, Notices: []string{}, Today: 1}} {
		b, err := json.MarshalIndent(status, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		s.judge(t, "status", v)
		golden(t, "testdata/status-"+name+".golden", string(b)+"\n")
	}
}
