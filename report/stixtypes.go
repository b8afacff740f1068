package report

// stixObject is an object of STIX 2.1, of whatever type: each uses the properties that the standard
// gives it.
type stixObject struct {
	Type        string `json:"type"`
	SpecVersion string `json:"spec_version"`
	ID          string `json:"id"`
	CreatedBy   string `json:"created_by_ref,omitempty"`
	Created     string `json:"created,omitempty"`
	Modified    string `json:"modified,omitempty"`

	Name          string `json:"name,omitempty"`
	Description   string `json:"description,omitempty"`
	IdentityClass string `json:"identity_class,omitempty"`
	Context       string `json:"context,omitempty"` // grouping
	Abstract      string `json:"abstract,omitempty"`
	Content       string `json:"content,omitempty"` // note

	IndicatorTypes []string `json:"indicator_types,omitempty"`
	Pattern        string   `json:"pattern,omitempty"`
	PatternType    string   `json:"pattern_type,omitempty"`
	PatternVersion string   `json:"pattern_version,omitempty"`
	ValidFrom      string   `json:"valid_from,omitempty"`
	Confidence     int      `json:"confidence,omitempty"`

	Value          string `json:"value,omitempty"` // of an address
	FirstObserved  string `json:"first_observed,omitempty"`
	LastObserved   string `json:"last_observed,omitempty"`
	NumberObserved int64  `json:"number_observed,omitempty"`

	FirstSeen    string   `json:"first_seen,omitempty"` // sighting
	LastSeen     string   `json:"last_seen,omitempty"`
	Count        int64    `json:"count,omitempty"`
	SightingOf   string   `json:"sighting_of_ref,omitempty"`
	ObservedData []string `json:"observed_data_refs,omitempty"`

	Relationship string   `json:"relationship_type,omitempty"`
	Source       string   `json:"source_ref,omitempty"`
	Target       string   `json:"target_ref,omitempty"`
	Objects      []string `json:"object_refs,omitempty"`

	DefinitionType string            `json:"definition_type,omitempty"` // marking
	Definition     map[string]string `json:"definition,omitempty"`

	References []stixReference `json:"external_references,omitempty"`
	Markings   []string        `json:"object_marking_refs,omitempty"`
}

type stixReference struct {
	Source     string `json:"source_name"`
	URL        string `json:"url,omitempty"`
	ExternalID string `json:"external_id,omitempty"`
}

type stixBundle struct {
	Type    string       `json:"type"`
	ID      string       `json:"id"`
	Objects []stixObject `json:"objects"`
}
