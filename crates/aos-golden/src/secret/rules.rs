//! What secrets look like.

/// One kind of secret.
pub(super) struct Rule {
    /// What messages call it.
    pub(super) name: &'static str,
    /// Its shape, as a regular expression.
    pub(super) shape: &'static str,
    /// What of the shape is found in JSON as well, where some characters are escaped and a name stands apart from its value.
    pub(super) trace: Option<&'static str>,
}

impl Rule {
    /// Returns an expression that matches wherever the shape does, in encoded text. There a word may seem to go on to the
    /// left, because `\n` ends in a letter.
    pub(super) fn trace(&self) -> String {
        self.trace.unwrap_or(self.shape).replace(WORD_START, "")
    }
}

/// A shape of characters that JSON does not escape.
const fn rule(name: &'static str, shape: &'static str) -> Rule {
    Rule {
        name,
        shape,
        trace: None,
    }
}

/// Where a shape may not be the end of a longer word, such as `sk-` in `task-`.
pub(super) const WORD_START: &str = r"(?-u:\b)";

/// Every kind of secret that is looked for.
pub(super) const RULES: &[Rule] = &[
    rule("aws-access-key-id", "(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}"),
    Rule {
        name: "aws-secret-access-key",
        shape: "(?i:aws_?secret_?access_?key)[^0-9A-Za-z/+]{1,8}[0-9A-Za-z/+]{40}",
        trace: Some("(?i:aws_?secret_?access_?key)"),
    },
    rule("azure-storage-key", "AccountKey=[0-9A-Za-z/+]{86}=="),
    rule("google-api-key", "AIza[0-9A-Za-z_-]{35}"),
    rule("google-oauth-token", r"ya29\.[0-9A-Za-z_-]{20}"),
    rule("github-token", "gh[pousr]_[0-9A-Za-z]{36}"),
    rule("github-fine-grained-token", "github_pat_[0-9A-Za-z_]{60}"),
    rule("gitlab-token", "glpat-[0-9A-Za-z_-]{20}"),
    rule("slack-token", r"(?-u:\b)xox[abeoprs]-[0-9]+-[0-9A-Za-z-]{8}"),
    rule("slack-app-token", "xapp-[0-9]-[0-9A-Z]{8,}-[0-9]+-[0-9a-f]{16}"),
    rule(
        "slack-webhook",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/[0-9A-Za-z+/]{20}",
    ),
    rule("model-provider-key", r"(?-u:\b)sk-[0-9A-Za-z_-]*[0-9A-Za-z]{20}"),
    rule("stripe-key", r"(?-u:\b)[rs]k_(?:live|test)_[0-9A-Za-z]{16}"),
    rule(
        "sendgrid-key",
        r"(?-u:\b)SG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43}",
    ),
    rule("npm-token", r"(?-u:\b)npm_[0-9A-Za-z]{36}"),
    rule("hugging-face-token", r"(?-u:\b)hf_[0-9A-Za-z]{34}"),
    rule("age-secret-key", "AGE-SECRET-KEY-1[0-9A-Z]{58}"),
    rule(
        "jwt",
        r"(?-u:\b)eyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10}",
    ),
    rule(
        "private-key",
        "-----BEGIN (?:[0-9A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----",
    ),
    rule(
        "bearer-token",
        r"(?-u:\b)(?i:bearer) +[A-Za-z._~+/-]*[0-9][0-9A-Za-z._~+/-]{15}",
    ),
    Rule {
        name: "basic-authorization",
        shape: r#"(?i:authorization)[": =]{1,4}(?i:basic) +[0-9A-Za-z+/]{12}"#,
        trace: Some("(?i:basic) +[0-9A-Za-z+/]{12}"),
    },
    rule(
        "password-in-url",
        r#"://[^\s\x00-\x1f/:@?#"\\]*:[^\s\x00-\x1f/@"\\$*<>{}\[\]]{3,}@"#,
    ),
];
