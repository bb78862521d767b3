package parse

import (
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
)

// SECURITY.md, “A forged mail”: which Authentication-Results count.
func TestVerified(t *testing.T) {
	const (
		coremail = "Received: from m.sender.test (unknown [192.0.2.1])\n\tby gzga-mx-mta-5 (Coremail) with SMTP id _____wC3;\n\tTue, 01 Dec 2026 09:00:00 +0800 (CST)\n"
		transID  = "X-CM-TRANSID: _____wC3\n"
		postfix  = "Received: from m.sender.test by mx.office.test (Postfix) with ESMTPS id 4ABC; Tue, 1 Dec 2026 09:00:00 +0800\n"
		from     = "From: =?utf-8?B?5byg5LiJ?= <zhang@sender.test>\n"
		netease  = "Authentication-Results: gzga-mx-mta-5; spf=pass smtp.mail=zhang@sender.test;\n\tdkim=pass (ok) header.i=@sender.test\n"
		good     = "Authentication-Results: mx.office.test;\n dkim=pass (2048-bit key; x=y) header.d=mail.sender.test header.s=a; spf=none\n"
		bad      = "Authentication-Results: mx.office.test; spf=fail smtp.mailfrom=zhang@sender.test\n"
	)
	for name, tt := range map[string]struct {
		header string
		want   casefile.Verification
	}{
		"NetEase's own, behind what the sender wrote": {coremail + "Authentication-Results: other; dkim=pass header.d=sender.test\n" + from + transID + strings.Replace(netease, "=pass", "=fail", 2), casefile.Mismatched},
		"NetEase, passed": {coremail + from + transID + netease, casefile.Verified},
		"NetEase, a field of the sender under the same name": {coremail + netease + from + transID + strings.ReplaceAll(netease, "=pass", "=none"), casefile.Unverified},
		"Coremail without the number of its line":            {coremail + from + netease, casefile.Unverified},
		"Coremail with another number":                       {coremail + from + "X-CM-TRANSID: guessed\n" + netease, casefile.Unverified},
		"elsewhere, passed by the organisation's domain":     {good + postfix + from, casefile.Verified},
		"elsewhere, failed":                                  {bad + postfix + from, casefile.Mismatched},
		"two that differ":                                    {good + postfix + bad + from, casefile.Unverified},
		"the same twice":                                     {good + postfix + good + from, casefile.Verified},
		"of another host only":                               {strings.ReplaceAll(good, "mx.office.test", "mx.sender.test") + postfix + from, casefile.Unverified},
		"of the second Received line's host":                 {postfix + "Received: by relay.test; Tue, 1 Dec 2026 08:59:00 +0800\n" + strings.ReplaceAll(good, "mx.office.test", "relay.test") + from, casefile.Unverified},
		"passed for another domain":                          {strings.ReplaceAll(good, "sender.test", "evil.test") + postfix + from, casefile.Unverified},
		"failed for another domain":                          {strings.ReplaceAll(bad, "sender.test", "list.test") + postfix + from, casefile.Unverified},
		"dmarc failed, spf of the forger passed":             {"Authentication-Results: mx.office.test; spf=pass smtp.mailfrom=evil.test; dmarc=fail header.from=sender.test\n" + postfix + from, casefile.Mismatched},
		"dmarc failed, dkim passed":                          {"Authentication-Results: mx.office.test; dkim=pass header.d=sender.test; dmarc=fail\n" + postfix + from, casefile.Mismatched},
		"a softfail":                                         {strings.ReplaceAll(bad, "=fail", "=softfail") + postfix + from, casefile.Unverified},
		"two authors":                                        {good + postfix + from + "From: other@sender.test\n", casefile.Unverified},
		"two authors in one field":                           {good + postfix + "From: a@sender.test, b@sender.test\n", casefile.Unverified},
		"nobody, with a Sender":                              {good + postfix + "Sender: zhang@sender.test\n", casefile.Unverified},
		"no Received line":                                   {good + from, casefile.VerificationUnknown},
		"no results":                                         {postfix + from, casefile.Unverified},
		"an authserv-id in a comment":                        {"Authentication-Results: (mx.office.test) evil.test; dkim=pass header.d=sender.test\n" + postfix + from, casefile.Unverified},
		"a result in a comment":                              {"Authentication-Results: mx.office.test; spf=none (; dkim=pass header.d=sender.test)\n" + postfix + from, casefile.Unverified},
		"the shared parent of strangers":                     {"Authentication-Results: mx.office.test; dkim=pass header.d=evil.com.cn\n" + postfix + "From: a@office.com.cn\n", casefile.Unverified},
		"a result inside a sender's local part":              {"Authentication-Results: mx.office.test; spf=pass smtp.mailfrom=\"; dkim=pass header.d=sender.test \"@evil.test\n" + postfix + from, casefile.Unverified},
		"a domain inside a reason":                           {"Authentication-Results: mx.office.test; dkim=pass header.d=evil.test reason=\"see header.d=sender.test\"\n" + postfix + from, casefile.Unverified},
		"a quoted address":                                   {"Authentication-Results: mx.office.test; spf=pass smtp.mailfrom=\"zhang\"@sender.test\n" + postfix + from, casefile.Verified},
		"an escaped quote that ends too late":                {"Authentication-Results: mx.office.test; spf=pass smtp.mailfrom=\"a\\\" ; dkim=pass header.d=sender.test ; x=\"@evil.test\n" + postfix + from, casefile.Unverified},
		"a property of another method":                       {"Authentication-Results: mx.office.test; dkim=pass header.d=evil.test header.from=sender.test\n" + postfix + from, casefile.Unverified},
		"spf for a name that the sender gives":               {"Authentication-Results: mx.office.test; spf=pass smtp.helo=sender.test smtp.mailfrom=a@evil.test\n" + postfix + from, casefile.Unverified},
		"two signing domains in one result":                  {"Authentication-Results: mx.office.test; dkim=pass header.d=evil.test header.d=sender.test\n" + postfix + from, casefile.Unverified},
		"the agent's domain where d is another's":            {"Authentication-Results: mx.office.test; dkim=pass header.i=@sender.test header.d=evil.test\n" + postfix + from, casefile.Unverified},
		"a name that begins with the domain":                 {"Authentication-Results: mx.office.test; dkim=pass header.d=sender.test.evil.test\n" + postfix + from, casefile.Unverified},
		"a method that is called like it":                    {"Authentication-Results: mx.office.test; x-dkim=pass header.d=sender.test; arc=pass header.d=sender.test\n" + postfix + from, casefile.Unverified},
		"passed with a policy word":                          {"Authentication-Results: mx.office.test; dkim=passed header.d=sender.test\n" + postfix + from, casefile.Unverified},
		"an id that only begins like the host":               {"Authentication-Results: mx.office.test.evil.test; dkim=pass header.d=sender.test\n" + postfix + from, casefile.Unverified},
		"an address in the name of another":                  {strings.ReplaceAll(good, "sender.test", "evil.test") + postfix + "From: \"zhang@sender.test\" <x@evil.test>\n", casefile.Verified},
		"an encoded address as the name":                     {good + postfix + "From: =?utf-8?B?emhhbmdAc2VuZGVyLnRlc3Q=?= <x@evil.test>\n", casefile.Unverified},
		"a second From with a blank in its name":             {good + postfix + from + "From : x@evil.test\n", casefile.Unverified},
		"a second From in capitals":                          {good + postfix + "FROM: x@evil.test\n" + from, casefile.Unverified},
		"a group of two":                                     {good + postfix + "From: g: zhang@sender.test, x@evil.test;\n", casefile.Unverified},
		"NetEase, the sender's field first and last":         {coremail + netease + from + transID + "Authentication-Results: gzga-mx-mta-5; spf=fail smtp.mail=zhang@sender.test\n" + netease, casefile.Unverified},
		"version and quoted id":                              {"Authentication-Results: \"mx.office.test\" 1; dkim=pass header.d=sender.test\n" + postfix + from, casefile.Verified},
	} {
		m := read([]byte(strings.ReplaceAll(tt.header, "\n", "\r\n")+"Subject: x\r\n\r\nx"), Limits{})
		if m.Verified != tt.want {
			t.Errorf("%s: %s, want %s", name, m.Verified, tt.want)
		}
	}
}
