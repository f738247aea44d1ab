//! Free ports on this machine, chosen by asking for any.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};

/// Where a store's node listens.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// For tills and wallets.
    pub http: SocketAddr,
    /// For other nodes.
    pub quic: SocketAddr,
}

/// Places that nobody else has, held until the nodes are about to take them. In between somebody else may be faster:
/// whoever starts a node must be ready to try again.
pub struct Places {
    pub all: [Place; 4],
    _held: Vec<(TcpListener, UdpSocket)>,
}

impl Places {
    pub fn find() -> std::io::Result<Self> {
        let any = (Ipv4Addr::LOCALHOST, 0);
        let mut held = Vec::new();
        let mut find = || -> std::io::Result<Place> {
            let (tcp, udp) = (TcpListener::bind(any)?, UdpSocket::bind(any)?);
            let place = Place { http: tcp.local_addr()?, quic: udp.local_addr()? };
            held.push((tcp, udp));
            Ok(place)
        };
        Ok(Self { all: [find()?, find()?, find()?, find()?], _held: held })
    }
}
