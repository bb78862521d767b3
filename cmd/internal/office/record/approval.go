package record

import (
	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/config"
)

// Signs reports whether the office signs its answers.
func (b *Room) Signs() bool { return b.Live().Approval.Answer != config.SigningNone }

// Approved refuses a reply that the office's own rules want to be signed, or its information to be examined first.
// What is no application, and no request to correct a record, is nobody's to sign.
func (b *Room) Approved(c casefile.Case, history []casefile.Record, r casefile.Replied) error {
	approval := b.Live().Approval
	var unsigned, unscreened error
	if b.Signs() && c.Kind != casefile.OtherRequest {
		unsigned = casefile.Unsigned(c.ID, history, r)
	}
	if approval.Screening {
		unscreened = casefile.Unscreened(c.ID, history, r)
	}
	if unscreened != nil {
		return unscreened // it comes first: whoever signs wants to know
	}
	return unsigned
}

// signing completes what somebody decides about a proposed answer: about which one, and who. Whoever has the
// role 审核 signs himself; for anybody else the signed 审查呈批单 says who did.
func (b *Room) signing(tx *desk.View, who ask.Actor, id casefile.ID, e casefile.Event) (casefile.Event, error) {
	signed, isSigned := e.(casefile.Signed)
	back, isBack := e.(casefile.SentBack)
	if !isSigned && !isBack {
		return e, nil
	}
	history, err := tx.History(id)
	if err != nil {
		return nil, err
	}
	s, _ := casefile.Proposed(history)
	by := signed.By + back.By
	switch {
	case by == "" && who.Role >= ask.Approver:
		by = who.Name
	case by == "":
		return nil, ask.Refused("signer", "负责人在审查呈批单上签批的，写明是谁；“审核”角色本人签批的不写\n--approver", "没有写明由谁签批，%s 不是“审核”角色", who.Name)
	}
	if isSigned {
		signed.By = by
		if signed.Submission == 0 {
			signed.Submission = s.Seq
		}
		return signed, nil
	}
	back.By = by
	if back.Submission == 0 {
		back.Submission = s.Seq
	}
	return back, nil
}

// alone warns where the same person proposed an answer and signs it.
func alone(who string, history []casefile.Record, e casefile.Event) []string {
	s, ok := casefile.Proposed(history)
	if _, signs := e.(casefile.Signed); !signs || !ok || s.Actor != who {
		return nil
	}
	return []string{"送审和签发是同一人：" + who}
}
