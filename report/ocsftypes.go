package report

// The parts of OCSF 1.8.0 that a Detection Finding of ours uses, by the schema's names. A test
// holds them against the schema.

type ocsfFinding struct {
	ActivityID   int    `json:"activity_id"`
	ActivityName string `json:"activity_name"`
	CategoryUID  int    `json:"category_uid"`
	CategoryName string `json:"category_name"`
	ClassUID     int    `json:"class_uid"`
	ClassName    string `json:"class_name"`
	TypeUID      int64  `json:"type_uid"`
	TypeName     string `json:"type_name"`
	SeverityID   int    `json:"severity_id"`
	Severity     string `json:"severity"`
	StatusID     int    `json:"status_id"`
	Status       string `json:"status"`
	StatusDetail string `json:"status_detail,omitempty"`
	ConfidenceID int    `json:"confidence_id,omitempty"`
	Confidence   string `json:"confidence,omitempty"`
	IsAlert      bool   `json:"is_alert"`
	Time         int64  `json:"time"`
	StartTime    *int64 `json:"start_time,omitempty"`
	EndTime      *int64 `json:"end_time,omitempty"`
	Count        int64  `json:"count,omitempty"`
	Message      string `json:"message"`
	Comment      string `json:"comment,omitempty"` // what a person decided

	Metadata    ocsfMetadata     `json:"metadata"`
	FindingInfo ocsfInfo         `json:"finding_info"`
	Evidences   []ocsfEvidence   `json:"evidences,omitempty"`
	Resources   []ocsfResource   `json:"resources,omitempty"`
	Observables []ocsfObservable `json:"observables,omitempty"`
	Remediation *ocsfRemediation `json:"remediation,omitempty"`
	Unmapped    map[string]any   `json:"unmapped"`
}

type ocsfMetadata struct {
	Version        string      `json:"version"`
	Product        ocsfProduct `json:"product"`
	UID            string      `json:"uid"`
	EventCode      string      `json:"event_code,omitempty"` // the detection
	CorrelationUID string      `json:"correlation_uid,omitempty"`
}

type ocsfProduct struct {
	Name       string `json:"name"`
	VendorName string `json:"vendor_name"`
	Version    string `json:"version,omitempty"`
}

type ocsfInfo struct {
	UID           string        `json:"uid"`
	Title         string        `json:"title"`
	Desc          string        `json:"desc,omitempty"`
	Types         []string      `json:"types"`
	Analytic      *ocsfAnalytic `json:"analytic,omitempty"`
	Attacks       []ocsfAttack  `json:"attacks,omitempty"`
	FirstSeenTime *int64        `json:"first_seen_time,omitempty"`
	LastSeenTime  *int64        `json:"last_seen_time,omitempty"`
	Related       []ocsfRelated `json:"related_events,omitempty"`
	RelatedCount  int64         `json:"related_events_count,omitempty"`
}

type ocsfAnalytic struct {
	UID    string `json:"uid"`
	Name   string `json:"name,omitempty"`
	TypeID int    `json:"type_id"`
	Type   string `json:"type"`
}

type ocsfAttack struct {
	Version      string     `json:"version"`
	Technique    *ocsfNamed `json:"technique"`
	SubTechnique *ocsfNamed `json:"sub_technique,omitempty"`
}

type ocsfNamed struct {
	UID    string `json:"uid,omitempty"`
	Name   string `json:"name,omitempty"`
	SrcURL string `json:"src_url,omitempty"`
}

type ocsfRelated struct {
	UID     string `json:"uid"`
	TypeUID int64  `json:"type_uid,omitempty"` // of a finding; a record of a log is no OCSF
	Desc    string `json:"desc,omitempty"`     // where the record is
}

type ocsfEvidence struct {
	Actor       *ocsfActor    `json:"actor,omitempty"`
	API         *ocsfAPI      `json:"api,omitempty"`
	SrcEndpoint *ocsfEndpoint `json:"src_endpoint,omitempty"`
}

type ocsfActor struct {
	User ocsfUser `json:"user"`
}

type ocsfUser struct {
	Name        string           `json:"name,omitempty"`
	UID         string           `json:"uid,omitempty"`
	Credentials []ocsfCredential `json:"programmatic_credentials,omitempty"`
}

type ocsfCredential struct {
	UID string `json:"uid"`
}

type ocsfAPI struct {
	Operation string `json:"operation"`
}

type ocsfEndpoint struct {
	IP       string        `json:"ip,omitempty"`
	SvcName  string        `json:"svc_name,omitempty"`
	AS       *ocsfAS       `json:"autonomous_system,omitempty"`
	Location *ocsfLocation `json:"location,omitempty"`
}

type ocsfAS struct {
	Number int64  `json:"number,omitempty"`
	Name   string `json:"name,omitempty"`
}

type ocsfLocation struct {
	Country string `json:"country,omitempty"`
	City    string `json:"city,omitempty"`
}

type ocsfResource struct {
	UID    string     `json:"uid"`
	Name   string     `json:"name"`
	Type   string     `json:"type,omitempty"`
	RoleID int        `json:"role_id"`
	Role   string     `json:"role"`
	Owner  *ocsfUser  `json:"owner,omitempty"`
	Tags   []ocsfPair `json:"tags,omitempty"`
}

type ocsfPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type ocsfObservable struct {
	Name   string `json:"name"`
	TypeID int    `json:"type_id"`
	Type   string `json:"type"`
	Value  string `json:"value"`
}

type ocsfRemediation struct {
	Desc string `json:"desc"`
}
