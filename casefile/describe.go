package casefile

import (
	"fmt"
	"strings"
)

// Describe says in one Chinese phrase what an event records, without its label. It is what
// chronologies print; text from mails comes through as it is and must be cleaned where it is shown.
func Describe(e Event) string {
	switch e := e.(type) {
	case Received:
		return phrases("渠道："+e.Channel.Label(), prefixed("来自 ", e.From.String()), prefixed("主题：", e.Subject), prefixed("拆自 ", string(e.SplitFrom)))
	case Confirmed:
		return phrases(e.How, prefixed("与 ", e.With))
	case Registered:
		return phrases(e.As.Label(), e.Applicant, prefixed("共同申请人 ", strings.Join(e.Others, "、")), e.Column.Label(), prefixed("证件末四位 ", e.IDTail), prefixed("申请内容：", e.Request))
	case Assigned:
		return phrases(e.Department, e.Person)
	case Reviewed:
		return e.Finding
	case CorrectionAsked:
		return phrases("需补正："+strings.Join(e.Items, "、"), "期限 "+e.Until.String(), prefixed("文号 ", e.Document), prefixed("逾期告知的理由：", e.Force))
	case CorrectionReceived:
		return e.Note
	case ConsultationSent:
		return phrases(e.Side.Label()+"："+e.Party, prefixed("文号 ", e.Document))
	case ConsultationReached:
		return e.Party
	case ConsultationAnswered:
		return phrases(e.Party, e.Opinion.Label(), e.Note)
	case ThirdPartyTold:
		return phrases(e.Party, prefixed("文号 ", e.Document))
	case ReasonAsked:
		return prefixed("文号 ", e.Document)
	case ReasonGiven:
		if e.Accepted {
			return phrases("理由合理", e.Note)
		}
		return phrases("理由不合理", e.Note)
	case Deferred:
		return phrases("至 "+e.Until.String(), prefixed("文号 ", e.Document))
	case FeeNoticed:
		by := "按" + e.By
		if e.Count > 0 {
			by += fmt.Sprintf(" %d", e.Count)
		}
		return phrases(by, fmt.Sprintf("应缴 %d 元", e.Yuan), prefixed("送达 ", e.Received.String()), prefixed("文号 ", e.Document))
	case FeePaid:
		return fmt.Sprintf("%d 元", e.Yuan)
	case Extended:
		return phrases(fmt.Sprintf("%d 个工作日", e.Days), "批准人 "+e.Approver, "告知申请人 "+e.Told.String(), prefixed("文号 ", e.Document), prefixed("逾期告知的理由：", e.Force))
	case Replied:
		return phrases(e.Outcome.Row()+e.Outcome.Label(), prefixed("依据 ", e.Basis), prefixed("文号 ", e.Document), e.Grounds)
	case Dispatched:
		return phrases(e.Way.Label(), prefixed("单号 ", e.Tracking))
	case Delivered:
		return e.Proof
	case DeliveryFailed:
		return e.Reason
	case Archived:
		return prefixed("归档号 ", e.Number)
	case Withdrawn:
		return e.Reason
	case Reopened:
		return phrases(e.Cause, prefixed("限期 ", e.Due.String()))
	case Dismissed:
		return e.Reason
	case Reinstated:
		return e.Reason
	case MessageIn:
		return phrases(prefixed("来自 ", e.From.String()), prefixed("主题：", e.Subject), e.Reason)
	case MessageOut:
		return phrases(prefixed("主题：", e.Subject), e.Reason)
	case Merged:
		return phrases("并入 "+string(e.Into), e.Reason)
	case Split:
		return phrases("另立 "+joined(e.Parts), e.Reason)
	case Attached:
		var names []string
		for _, f := range e.Files {
			names = append(names, f.Name)
		}
		return phrases(strings.Join(names, "、"), prefixed("邮件：", e.Subject), e.Reason)
	case Detached:
		return phrases(e.Digest.Short(), e.Reason)
	case LetterIssued:
		return describeLetter(e)
	case LetterVoided:
		return phrases(e.Document, e.Reason)
	case LetterResumed:
		return describeResumed(e)
	case AgentNamed:
		return phrases(e.Name, e.Contact, prefixed("授权文书 ", e.Document))
	case DisputeFiled:
		return phrases(string(e.Dispute), e.Track.Label(), e.Party, e.Organ, e.Number, joined(e.Cases), e.Matter)
	case DisputeAnswered:
		return phrases(string(e.Dispute), prefixed("文号 ", e.Document))
	case DisputeDecided:
		return phrases(string(e.Dispute), e.Decision, prefixed("文号 ", e.Document))
	case DisputeAppealed:
		return phrases(string(e.Dispute), prefixed("上诉人 ", e.By))
	case OpeningBalance:
		return phrases(carried(e), prefixed("据 ", e.Source))
	case YearClosed:
		return phrases(fmt.Sprintf("%d 年年度报告，计 %d 件", e.Year, len(e.Cases)), "摘要 "+e.Digest.Short(), waived(e.Waivers))
	case YearReopened:
		return phrases(fmt.Sprintf("%d 年", e.Year), e.Reason)
	case CalendarAdopted:
		return phrases(fmt.Sprintf("%d 年", e.Year.Year), e.Notice, e.Reason)
	case Repaired:
		return phrases(fmt.Sprintf("由流水补回记录 %d 至 %d", e.From, e.To), e.Cause)
	case Restored:
		return phrases("由备份 "+e.Backup+" 恢复", fmt.Sprintf("记录 %d 起可能缺失", e.From))
	case Erased:
		return phrases(fmt.Sprintf("%d 封邮件", len(e.Digests)), e.Reason)
	case CountedIn:
		return phrases(fmt.Sprintf("新收计入 %d 年", e.Year), e.Reason)
	case LapseNoted:
		return fmt.Sprintf("%s期限 %s 已过，可决定不再处理", e.Waiting.Label(), e.Until)
	case Noted:
		return e.Text
	case Voided:
		return phrases(fmt.Sprintf("记录 %d", e.Seq), e.Reason)
	case Revealed:
		return e.What
	case MessageTaken:
		return phrases(e.Folder, fmt.Sprintf("UID %d", e.UID), e.Disposition.Label(), strings.Join(e.Reasons, "；"))
	}
	return describeOutgoing(e)
}

func waived(all []Waiver) string {
	var said []string
	for _, w := range all {
		said = append(said, w.Check+"："+w.Reason)
	}
	return prefixed("豁免 ", strings.Join(said, "；"))
}

func joined(ids []ID) string {
	var all []string
	for _, id := range ids {
		all = append(all, string(id))
	}
	return strings.Join(all, "、")
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func phrases(all ...string) string {
	var said []string
	for _, s := range all {
		if s != "" {
			said = append(said, s)
		}
	}
	return strings.Join(said, "，")
}

func carried(e OpeningBalance) string {
	total, columns := 0, []string(nil)
	for i, c := range Columns {
		total += e.Columns[i]
		columns = append(columns, fmt.Sprintf("%s %d", c.Label(), e.Columns[i]))
	}
	return fmt.Sprintf("%d 年上年结转 %d 件：%s", e.Year, total, strings.Join(columns, "、"))
}
