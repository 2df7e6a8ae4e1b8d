//! One rule: its identity, and how its row is looked up.

use std::fmt;

use aos_spec::ErrorCode;
use serde::{Serialize, Serializer};

use super::TABLES;

/// A rule of the sandbox; its [`Rule::id`] is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the table says what each of them means")]
pub enum Rule {
    PlanShape,
    PlanDuplicateKey,
    PlanStepId,
    PlanDuplicateStep,
    PlanInvalidJson,
    LimitBytes,
    LimitDepth,
    LimitSteps,
    LimitString,
    LimitDecoding,
    LimitFindings,
    SkillDenied,
    SkillUnknown,
    SkillFromReference,
    SkillMissing,
    SkillNotAllowed,
    RefUnknownStep,
    RefCycle,
    RefMalformed,
    RefUnknownInput,
    RefLater,
    IdempotencyMissing,
    IdempotencyMalformed,
    IdempotencyDuplicate,
    IdempotencyUnstable,
    IdempotencyUntrusted,
    IdempotencyMethod,
    IdempotencyShort,
    TaintSink,
    TaintSqlText,
    TaintCommandLine,
    TaintUrlHost,
    TaintRecipient,
    SqlBreakout,
    SqlTautology,
    SqlUnion,
    SqlStacked,
    SqlDelay,
    SqlOutside,
    SqlError,
    SqlClause,
    SqlSubquery,
    SqlTruncated,
    SqlCatalog,
    SqlStatement,
    SqlSecondStatement,
    SqlDanger,
    SqlUnbounded,
    ShellSeparator,
    ShellSubstitution,
    ShellDisguised,
    ShellShock,
    ShellReverse,
    ShellDownload,
    ShellCommand,
    PathTraversal,
    PathEncoded,
    PathSensitive,
    PathWrapper,
    PathDevice,
    PathNul,
    PathAbsolute,
    TemplateGadget,
    TemplateCall,
    TemplateProbe,
    TemplateObject,
    TemplateVariable,
    UrlInternal,
    UrlMetadata,
    UrlScheme,
    UrlDisguised,
    UrlUserInfo,
    UrlAmbiguous,
    UrlRebinding,
    UrlNested,
    UrlPlain,
    CodeInjection,
    NoSqlOperator,
    HeaderBreak,
    KindMismatch,
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Category {
    /// The shape of the plan.
    Plan,
    /// A bound was exceeded; whatever lies behind it was not analysed.
    Limit,
    /// Which skills a plan may call.
    Skill,
    /// References between steps.
    Reference,
    /// Effects that must not happen twice.
    Idempotency,
    /// Where values from outsiders go.
    Taint,
    /// SQL injection.
    Sqli,
    /// Command injection.
    Cmdi,
    /// Files outside the allowed folder.
    Path,
    /// Template injection.
    Ssti,
    /// Requests to internal addresses.
    Ssrf,
    /// Program text.
    Code,
    /// Operators of document databases.
    NoSqli,
    /// Headers of requests and mails.
    Header,
    /// Values of the wrong kind.
    Kind,
}

/// Whether a finding blocks the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The plan does not run.
    Violation,
    /// The plan runs, and the finding is logged.
    Warning,
}

/// How bad it is when the finding is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Can do harm together with something else.
    Medium,
    /// Can do harm.
    High,
    /// Can hand over a system or its data.
    Critical,
}

/// One row of the table.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) rule: Rule,
    pub(super) id: &'static str,
    pub(super) category: Category,
    pub(super) level: Level,
    pub(super) severity: Severity,
    pub(super) cwe: u16,
    pub(super) owasp: &'static str,
    pub(super) message: &'static str,
    pub(super) fix: &'static str,
}

impl Rule {
    /// Returns the rule with this id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        TABLES
            .iter()
            .copied()
            .flatten()
            .find(|row| row.id == id)
            .map(|row| row.rule)
    }

    fn row(self) -> &'static Row {
        // The rows stand in the order of the variants, which a test holds.
        let index = self as usize;
        let first = TABLES[0];
        first
            .get(index)
            .unwrap_or_else(|| &TABLES[1][index - first.len()])
    }

    /// Returns the stable id, such as `AOS-SQLI-003`.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.row().id
    }

    /// Returns the row of the table of error codes that says what kind of finding it is.
    #[must_use]
    pub fn code(self) -> ErrorCode {
        match self.category() {
            Category::Plan => ErrorCode::InvalidPlan,
            Category::Limit => ErrorCode::LimitExceeded,
            Category::Skill if self == Self::SkillUnknown => ErrorCode::SkillNotFound,
            Category::Skill if self == Self::SkillMissing => ErrorCode::InvalidPlan,
            Category::Skill => ErrorCode::ForbiddenSkill,
            Category::Reference => ErrorCode::InvalidReference,
            Category::Idempotency => ErrorCode::IdempotencyRequired,
            Category::Kind => ErrorCode::InvalidInput,
            _ => ErrorCode::InjectionDetected,
        }
    }

    /// Returns what the rule is about.
    #[must_use]
    pub fn category(self) -> Category {
        self.row().category
    }

    /// Returns whether a finding blocks the plan, where nothing is declared about its place.
    #[must_use]
    pub fn level(self) -> Level {
        self.row().level
    }

    /// Returns how bad it is when the finding is right.
    #[must_use]
    pub fn severity(self) -> Severity {
        self.row().severity
    }

    /// Returns the number of the weakness in the Common Weakness Enumeration.
    #[must_use]
    pub fn cwe(self) -> u16 {
        self.row().cwe
    }

    /// Returns the risk in the OWASP list for agentic applications.
    #[must_use]
    pub fn owasp(self) -> &'static str {
        self.row().owasp
    }

    /// Returns what was found, in words.
    #[must_use]
    pub fn message(self) -> &'static str {
        self.row().message
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn fix(self) -> &'static str {
        self.row().fix
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl Category {
    /// Returns the word for this category in JSON and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Limit => "limit",
            Self::Skill => "skill",
            Self::Reference => "reference",
            Self::Idempotency => "idempotency",
            Self::Taint => "taint",
            Self::Sqli => "sqli",
            Self::Cmdi => "cmdi",
            Self::Path => "path",
            Self::Ssti => "ssti",
            Self::Ssrf => "ssrf",
            Self::Code => "code",
            Self::NoSqli => "no_sqli",
            Self::Header => "header",
            Self::Kind => "kind",
        }
    }
}
