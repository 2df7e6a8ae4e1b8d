//! The `.sig` file beside a golden: what it holds, how it is made and how it is checked.
//!
//! Two lines of canonical JSON, each with its end. The first one is the header with the HMAC of the golden's bytes; the second one
//! holds the seal, the HMAC of the first line:
//!
//! ```json
//! {"alg":"HMAC-SHA256","bytes":132,"events":2,"file":"r1.steps.jsonl","format":"aos-golden-sig/1","key_id":"…","mac":"…","run_id":"r1"}
//! {"seal":"…"}
//! ```
//!
//! Both are made with the same key. A golden can never be taken for a header: a header begins with `{"alg":`, and no event does.

use aos_spec::{RunId, canonical};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    error::Damage,
    key::{GoldenKey, KeyId, KeyRing, Tag},
    paths::golden_file_name,
};

const ALGORITHM: &str = "HMAC-SHA256";
const FORMAT: &str = "aos-golden-sig/1";

/// No signature is as long as this.
pub(crate) const MAX_SIGNATURE_BYTES: u64 = 4096;

/// The first line of a signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    alg: String,
    pub(crate) bytes: u64,
    pub(crate) events: usize,
    pub(crate) file: String,
    format: String,
    pub(crate) key_id: KeyId,
    #[serde(with = "hex::serde")]
    pub(crate) mac: Tag,
    pub(crate) run_id: RunId,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seal {
    #[serde(with = "hex::serde")]
    seal: Tag,
}

/// What a signature is about.
pub(crate) struct Signed<'a> {
    pub(crate) run_id: &'a RunId,
    pub(crate) bytes: u64,
    pub(crate) events: usize,
    pub(crate) mac: Tag,
}

/// Returns the content of the `.sig` file.
pub(crate) fn sign(signed: &Signed<'_>, key: &GoldenKey) -> Vec<u8> {
    let header = Header {
        alg: ALGORITHM.into(),
        bytes: signed.bytes,
        events: signed.events,
        file: golden_file_name(signed.run_id),
        format: FORMAT.into(),
        key_id: key.id(),
        mac: signed.mac,
        run_id: signed.run_id.clone(),
    };
    let mut content = line(&header);
    let seal = key.mac(&content);
    content.extend(line(&Seal { seal }));
    content
}

fn line<T: Serialize>(value: &T) -> Vec<u8> {
    #[expect(
        clippy::expect_used,
        reason = "headers and seals are flat and hold text and integers only"
    )]
    let mut line = canonical::to_vec(value).expect("signatures have a canonical form");
    line.push(b'\n');
    line
}

/// Returns the header of a signature, once its seal is known to be by one of the keys, and that key.
///
/// Nothing in the header is believed before.
pub(crate) fn open<'a>(content: &[u8], ring: &'a KeyRing) -> Result<(Header, &'a GoldenKey), Damage> {
    if content.contains(&b'\r') {
        return Err(Damage::LineEndings);
    }
    let mut lines = content.split_inclusive(|byte| *byte == b'\n');
    let (Some(first), Some(second), None) = (lines.next(), lines.next(), lines.next()) else {
        return Err(Damage::SignatureShape);
    };
    let Seal { seal } = read(second)?;
    let key = ring.keys().iter().find(|key| {
        let mut mac = key.start_mac();
        mac.update(first);
        mac.verify(&seal)
    });
    let Some(key) = key else {
        let header: Header = read(first)?;
        let is_known = ring.keys().iter().any(|key| key.id() == header.key_id);
        return Err(if is_known {
            Damage::SealMismatch
        } else {
            Damage::UnknownKey(header.key_id)
        });
    };
    let header: Header = read(first)?;
    if header.alg != ALGORITHM || header.format != FORMAT {
        return Err(Damage::SignatureFormat {
            format: header.format,
            alg: header.alg,
        });
    }
    if key.class() < ring.required_class() {
        return Err(Damage::KeyClass {
            required: ring.required_class(),
            found: key.class(),
        });
    }
    Ok((header, key))
}

/// Reads a line that must be exactly as this program writes it, so that not even a digit can change its case.
fn read<T: Serialize + DeserializeOwned>(text: &[u8]) -> Result<T, Damage> {
    let content = text.strip_suffix(b"\n").ok_or(Damage::SignatureShape)?;
    let value =
        serde_json::from_slice(content).map_err(|error| Damage::SignatureMalformed(error.to_string()))?;
    if line(&value) != text {
        return Err(Damage::SignatureMalformed("not in its canonical form".into()));
    }
    Ok(value)
}
