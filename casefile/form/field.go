package form

// Field is a field of an application (casefile/LAW.md#forms-and-letters; 条例 第二十九条). Its code is stable: it stands in
// JSON and in flags.
type Field string

// The fields in the order of the form.
const (
	Kind           Field = "kind"           // 申请人类型: its value is Citizen or Organisation
	Category       Field = "category"       // 申请人类别: a column of 表三, where its box was ticked
	Name           Field = "name"           // of the person or the body
	IDType         Field = "id-type"        // 证件名称
	IDNumber       Field = "id-number"      // 证件号码
	OrgCode        Field = "org-code"       // 统一社会信用代码 or 组织机构代码
	Representative Field = "representative" // 法定代表人
	ContactPerson  Field = "contact-person" // 联系人
	Agent          Field = "agent"          // 代理人: acts for the applicant, never is one
	AgentPhone     Field = "agent-phone"    // 代理人联系电话
	Employer       Field = "employer"       // 工作单位
	Address        Field = "address"        // 通信地址
	Postcode       Field = "postcode"       // 邮政编码
	Phone          Field = "phone"          // 联系电话
	Fax            Field = "fax"            // 传真
	Email          Field = "email"          // 电子邮箱
	Request        Field = "request"        // 所需信息的内容描述
	Reference      Field = "reference"      // 索取号、文号
	Purpose        Field = "purpose"        // 用途: kept, never required
	Medium         Field = "form"           // 载体形式
	Delivery       Field = "delivery"       // 获取信息的方式
	Waiver         Field = "waiver"         // 是否申请减免费用
	Alternative    Field = "alternative"    // 可接受其他方式
	AppliedOn      Field = "applied-on"     // 申请时间: the applicant's claim, it starts no clock
	Remark         Field = "remark"         // 备注
)

// Values of Kind.
const (
	Citizen      = "公民"
	Organisation = "法人或者其他组织"
)

// group says to whom a field belongs: its values are counted by applicant or by request.
type group uint8

const (
	ofApplicant group = iota
	ofRequest
	ofMail
)

var fields = []struct {
	field Field
	label string
	group group
}{
	{Kind, "申请人类型", ofApplicant},
	{Category, "申请人类别", ofApplicant},
	{Name, "申请人", ofApplicant},
	{IDType, "证件名称", ofApplicant},
	{IDNumber, "证件号码", ofApplicant},
	{OrgCode, "统一社会信用代码", ofApplicant},
	{Representative, "法定代表人", ofApplicant},
	{ContactPerson, "联系人", ofApplicant},
	{Agent, "代理人", ofMail},
	{AgentPhone, "代理人联系电话", ofMail},
	{Employer, "工作单位", ofApplicant},
	{Address, "联系地址", ofApplicant},
	{Postcode, "邮政编码", ofApplicant},
	{Phone, "联系电话", ofApplicant},
	{Fax, "传真", ofApplicant},
	{Email, "电子邮箱", ofApplicant},
	{Request, "所需信息的内容描述", ofRequest},
	{Reference, "索取号、文号", ofRequest},
	{Purpose, "所需信息的用途", ofMail},
	{Medium, "载体形式", ofMail},
	{Delivery, "获取信息的方式", ofMail},
	{Waiver, "是否申请减免费用", ofMail},
	{Alternative, "是否接受其他方式", ofMail},
	{AppliedOn, "申请时间", ofMail},
	{Remark, "备注", ofMail},
}

// Label returns the Chinese label that the official form uses.
func (f Field) Label() string {
	for _, e := range fields {
		if e.field == f {
			return e.label
		}
	}
	return string(f)
}

// order is the field's place on the form.
func (f Field) order() int {
	for i, e := range fields {
		if e.field == f {
			return i
		}
	}
	return len(fields)
}

func (f Field) group() group {
	for _, e := range fields {
		if e.field == f {
			return e.group
		}
	}
	return ofMail
}
