//! Workflow files: JSON and YAML text, read into a value that knows where each part stands.
