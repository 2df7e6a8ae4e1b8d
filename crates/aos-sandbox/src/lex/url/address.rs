//! Addresses that are not public.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::rules::Rule;

/// Returns what is wrong with a host at this address.
pub(super) fn judge_v4(address: Ipv4Addr) -> Option<Rule> {
    let octets = address.octets();
    match octets {
        [169, 254, 169 | 170, _] | [100, 100, 100, 200] | [192, 0, 0, 192] | [168, 63, 129, 16] => {
            Some(Rule::UrlMetadata)
        }
        // This network, private, shared, loopback, link-local, protocol assignments, documentation, relay, benchmarks,
        // multicast and reserved.
        [0 | 10 | 127, ..]
        | [100, 64..=127, ..]
        | [169, 254, ..]
        | [172, 16..=31, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [192, 168, ..]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [224..=255, ..] => Some(Rule::UrlInternal),
        _ => None,
    }
}

/// Returns what is wrong with a host at this address.
pub(super) fn judge_v6(address: Ipv6Addr) -> Option<Rule> {
    let segments = address.segments();
    let v4 = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        judge_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        [0, 0, 0, 0, 0, 0, 0, _] => Some(Rule::UrlInternal),
        // Mapped, compatible, translated and tunnelled addresses of version 4.
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0, 0, 0, 0, 0, 0, high, low] => Some(v4(high, low).unwrap_or(Rule::UrlDisguised)),
        [0x64, 0xff9b, .., high, low] => Some(v4(high, low).unwrap_or(Rule::UrlDisguised)),
        [0x2002, high, low, ..] => Some(v4(high, low).unwrap_or(Rule::UrlDisguised)),
        [0xfd00, 0x0ec2, ..] => Some(Rule::UrlMetadata),
        [0xfc00..=0xfdff, ..]
        | [0xfe80..=0xfeff, ..]
        | [0xff00..=0xffff, ..]
        | [0x2001, 0 | 0xdb8, ..]
        | [0x100, ..] => Some(Rule::UrlInternal),
        _ => None,
    }
}
