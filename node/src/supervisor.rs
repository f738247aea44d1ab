//! What whoever started this node is told, if they listen: systemd, or anything else that sets `NOTIFY_SOCKET`.

use std::time::Duration;

use sd_notify::NotifyState;

/// Shorter than this nobody has to hear that the node lives.
const SHORTEST: Duration = Duration::from_millis(10);

/// The node answers from now on; what is started after it may begin. `how` is shown beside its name.
pub fn ready(how: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(how)]);
}

/// The node was told to stop, and finishes what is open.
pub fn stopping() {
    tell(&[NotifyState::Stopping, NotifyState::Status("finishes what is open")]);
}

/// Says over and over that the node lives, as often as was asked for: one that hangs is started again. Like `/healthz` it does
/// not say whether customers can be served: a restart brings no witness back.
pub async fn live() {
    let Some(patience) = sd_notify::watchdog_enabled() else { return };
    let pause = (patience / 3).max(SHORTEST);
    loop {
        tell(&[NotifyState::Watchdog]);
        tokio::time::sleep(pause).await;
    }
}

fn tell(what: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(what) {
        tracing::warn!(
            %error, "whoever started this node can't be told how it is, and may end it: for systemd the unit needs `Type=notify`, \
                     and its socket must be reachable from inside"
        );
    }
}
