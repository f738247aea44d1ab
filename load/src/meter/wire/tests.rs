use super::Wire;

const DEVICES: &str = "\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
  eth0: 7777 1 0 0 0 0 0 0 8888 1 0 0 0 0 0 0
    lo: 4000 9 0 0 0 0 0 0 4000 9 0 0 0 0 0 0
";
const PROTOCOLS: &str = "\
Ip: Forwarding DefaultTTL
Ip: 1 64
Tcp: RtoAlgorithm InSegs OutSegs
Tcp: 1 12 13
Udp: InDatagrams NoPorts InErrors OutDatagrams
Udp: 5 0 0 6
UdpLite: InDatagrams NoPorts InErrors OutDatagrams
UdpLite: 0 0 0 99
";

#[test]
fn the_kernels_counters_are_found_by_their_names() {
    let wire = Wire::parse(DEVICES, PROTOCOLS).unwrap();
    assert_eq!(wire, Wire { bytes: 4000, segments: 13, sends: 6 });
    assert_eq!(Wire::parse("", PROTOCOLS), None);
    assert_eq!(Wire::parse(DEVICES, "Tcp: OutSegs\n"), None);
}

#[test]
fn what_is_neither_http_nor_a_header_of_tcp_went_between_nodes() {
    let before = Wire { bytes: 1000, segments: 10, sends: 100 };
    let after = Wire { bytes: 5000, segments: 20, sends: 130 };
    assert_eq!(after.datagrams_since(&before, 1480), (2000, 30));
    assert_eq!(after.datagrams_since(&before, 1_000_000), (0, 30));
}
