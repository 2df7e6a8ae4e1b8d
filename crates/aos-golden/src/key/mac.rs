//! HMAC-SHA256.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;

/// The result of a [`Mac`].
pub(crate) type Tag = [u8; 32];

/// An HMAC-SHA256 that takes its input piece by piece.
#[derive(Clone)]
pub(crate) struct Mac(Hmac<Sha256>);

impl Mac {
    pub(crate) fn new(key: &[u8]) -> Self {
        #[expect(clippy::expect_used, reason = "HMAC is defined for keys of every length")]
        Self(Hmac::new_from_slice(key).expect("HMAC takes keys of every length"))
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finish(self) -> Tag {
        self.0.finalize().into_bytes().into()
    }

    /// Whether the result is `tag`; the time it takes does not depend on where they differ.
    pub(crate) fn verify(self, tag: &Tag) -> bool {
        self.0.verify_slice(tag).is_ok()
    }
}

impl fmt::Debug for Mac {
    /// Writes nothing of the state, which depends on the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mac").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Mac;

    /// The test cases of RFC 4231, section 4. Case 5 shows the first half of its result only.
    #[test]
    fn rfc_4231_is_met() {
        #[track_caller]
        fn check(key: &[u8], data: &[u8], expect: &str) {
            let mut mac = Mac::new(key);
            data.chunks(3).for_each(|piece| mac.update(piece));
            assert_eq!(hex::encode(mac.clone().finish())[..expect.len()], *expect);
            let mut tag = mac.clone().finish();
            assert!(mac.clone().verify(&tag));
            tag[31] ^= 1;
            assert!(!mac.verify(&tag));
        }
        let ascending: Vec<u8> = (1..=25).collect();
        check(
            &[0x0b; 20],
            b"Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        );
        check(
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        );
        check(
            &[0xaa; 20],
            &[0xdd; 50],
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        );
        check(
            &ascending,
            &[0xcd; 50],
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
        );
        check(
            &[0x0c; 20],
            b"Test With Truncation",
            "a3b6167473100ee06e0c796c2955552b",
        );
        check(
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        );
        check(
            &[0xaa; 131],
            b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to \
              be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        );
    }
}
