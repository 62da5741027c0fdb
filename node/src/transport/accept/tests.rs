#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use std::net::Ipv4Addr;

use super::*;

fn limits() -> Limits {
    Limits {
        connections: 3,
        connections_per_address: 2,
        ..Limits::default()
    }
}

#[test]
fn places_are_bounded_in_all_and_by_address_and_given_back() {
    let places = Arc::<Places>::default();
    let one = IpAddr::from([10, 0, 0, 1]);
    let two = IpAddr::from([10, 0, 0, 2]);
    let first = places.take(one, &limits()).unwrap();
    let _second = places.take(one, &limits()).unwrap();
    assert!(places.take(one, &limits()).is_none());
    // The same address in its other spelling is the same address.
    let mapped = IpAddr::V6(Ipv4Addr::new(10, 0, 0, 1).to_ipv6_mapped());
    assert!(places.take(mapped, &limits()).is_none());
    let _third = places.take(two, &limits()).unwrap();
    assert!(places.take(two, &limits()).is_none());
    drop(first);
    assert!(places.take(one, &limits()).is_some());
}

#[test]
fn loopback_is_bounded_in_all_only() {
    let places = Arc::<Places>::default();
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let taken: Vec<_> = (0..3)
        .map(|_| places.take(loopback, &limits()).unwrap())
        .collect();
    assert!(places.take(loopback, &limits()).is_none());
    drop(taken);
    assert_eq!(places.lock().0, 0);
}
