package cli

import (
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

func TestSafeNames(t *testing.T) {
	for in, want := range map[string]string{
		"申请表.doc":                         "申请表.doc",
		"../../etc/passwd":                "_.._etc_passwd",
		`..\..\autorun.inf`:               `_.._autorun.inf`,
		"a\x00b\n.pdf":                    "ab.pdf",
		"\u202egnp.exe":                   "gnp.exe",
		"...":                             "附件3",
		"":                                "附件3",
		"CON: a?b*|<c>\".txt":             "CON_ a_b___c__.txt",
		strings.Repeat("长", 100) + ".pdf": strings.Repeat("长", 65) + ".pdf",
	} {
		got := safeName(casefile.Part{Index: 3, Name: in})
		if got != want || len(got) > maxName {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// Two attachments of one name, also where a file system takes capitals for small letters, are two files.
func TestAttachmentNamesDiffer(t *testing.T) {
	m := ask.MailView{Digest: casefile.DigestOf([]byte("x"))}
	for i, name := range []string{"a.pdf", "a.pdf", "A.PDF", "", ""} {
		m.Parts = append(m.Parts, casefile.Part{Index: i, Name: name, Attachment: true})
	}
	seen := map[string]bool{}
	for _, name := range attachmentNames(m) {
		seen[strings.ToLower(name)] = true
	}
	if len(seen) != len(m.Parts) {
		t.Errorf("%d names for %d attachments: %v", len(seen), len(m.Parts), seen)
	}
}

func TestProof(t *testing.T) {
	folder := func(f ask.FolderAudit) ask.Reconciliation {
		return ask.Reconciliation{Accounts: []ask.AccountAudit{{Account: "a", Folders: []ask.FolderAudit{f}}}}
	}
	for _, tt := range []struct {
		name string
		r    ask.Reconciliation
		exit int
	}{
		{"proved", ask.Reconciliation{Proved: true}, 0},
		{"a missing mail", folder(ask.FolderAudit{Missing: []ask.MissingMail{{UID: 7, Since: now}}}), ask.ExitCheck},
		{"a folder that does not open", folder(ask.FolderAudit{Refused: "NO"}), ask.ExitCheck},
		{"an account that cannot be reached", ask.Reconciliation{Accounts: []ask.AccountAudit{{Error: "连接不上"}}}, ask.ExitFailed},
	} {
		if err := proof(tt.r); (err == nil) != (tt.exit == 0) || err != nil && forPeople(err).Exit != tt.exit {
			t.Errorf("%s: %v, want exit code %d", tt.name, err, tt.exit)
		}
	}
}

// What reconcile prints: missing ones one by one, quarantined apart, what is gone as information.
func TestReconcileGolden(t *testing.T) {
	month := now.AddDate(0, 0, -40)
	r := ask.Reconciliation{Accounts: []ask.AccountAudit{{
		Account: "foi@example.test", At: &now, Gap: &ask.Gap{From: month, To: now},
		Folders: []ask.FolderAudit{
			{Folder: "INBOX", Role: "inbox", UIDValidity: 1, Listed: 12, Gone: 30, GoneFrom: &month, GoneTo: &month, Window: true,
				Missing:     []ask.MissingMail{{UID: 1392611444, Since: now}},
				Quarantined: []ask.MailView{{UID: 1392611450, Reasons: []string{"服务器给出的邮件内容为空"}}}},
			{Folder: "垃圾邮件", Role: "junk", UIDValidity: 2, Refused: "NO"},
		},
	}}}
	term := newTerminal(0, nil)
	if err := term.reconciliation(r); err != nil {
		t.Fatal(err)
	}
	golden(t, "reconcile", term.out.String())
}
