//! Every code there is, with its status and titles: the one table that answers, documents and pages are made from (HTTP-15).

use axum::http::StatusCode;

/// A row: code, status, whether the same request may succeed later, English and French title.
macro_rules! codes {
    ($($name:ident = $code:literal, $status:ident, $retryable:literal, $english:literal, $french:literal;)*) => {
        /// What went wrong, as a stable name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $english] $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name that programs read.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// HTTP status.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// Whether the same request may succeed later, unless the problem says otherwise.
            #[must_use]
            pub fn is_retryable(self) -> bool {
                match self { $(Self::$name => $retryable,)* }
            }

            /// English and French.
            #[must_use]
            pub fn titles(self) -> [&'static str; 2] {
                match self { $(Self::$name => [$english, $french],)* }
            }
        }
    };
}

codes! {
    CoinSpent = "coin-spent", CONFLICT, false, "A coin has been spent already", "Une pièce a déjà été dépensée";
    CoinUnknown = "coin-unknown", UNPROCESSABLE_ENTITY, false, "A coin is not genuine", "Une pièce n'est pas authentique";
    OrderConflict = "order-conflict", CONFLICT, true, "Another order holds the same coin or reference", "Un autre ordre retient la même pièce ou référence";
    QuorumUnreachable = "quorum-unreachable", SERVICE_UNAVAILABLE, true, "Too few witnesses answer", "Trop peu de témoins répondent";
    LimitExceeded = "limit-exceeded", CONFLICT, true, "The shop's limit of points is reached", "Le plafond de points du magasin est atteint";
    GrantClaimed = "grant-claimed", CONFLICT, false, "These points have been claimed already", "Ces points ont déjà été retirés";
    GrantExpired = "grant-expired", GONE, false, "These points can no longer be claimed", "Ces points ne peuvent plus être retirés";
    CheckoutTaken = "checkout-taken", CONFLICT, false, "Another payment has taken this checkout", "Un autre paiement occupe cet encaissement";
    CheckoutExpired = "checkout-expired", GONE, false, "This checkout has expired", "Cet encaissement a expiré";
    CheckoutCancelled = "checkout-cancelled", GONE, false, "The till cancelled this checkout", "La caisse a annulé cet encaissement";
    BasketSettled = "basket-settled", CONFLICT, false, "This basket is settled already", "Ce panier est déjà réglé";
    ClockSkew = "clock-skew", CONFLICT, true, "A clock is wrong", "Une horloge n'est pas à l'heure";
    CharterExpired = "charter-expired", CONFLICT, true, "No points are issued until the next charter", "Aucun point n'est émis avant la prochaine charte";
    CharterBehind = "charter-behind", CONFLICT, true, "A node does not know the newest charter yet", "Un nœud ne connaît pas encore la dernière charte";
    RolloverBehind = "rollover-behind", CONFLICT, true, "The witnesses have not caught up yet", "Les témoins n'ont pas encore rattrapé leur retard";
    KeysetClosed = "keyset-closed", GONE, false, "These coins or ballots are closed", "Ces pièces ou bulletins sont clos";
    TokenScope = "token-scope", FORBIDDEN, false, "The token may not do this", "Ce jeton ne permet pas cette opération";
    TokenMissing = "token-missing", UNAUTHORIZED, false, "A valid token is needed", "Un jeton valable est nécessaire";
    PasswordWrong = "password-wrong", FORBIDDEN, false, "The password is wrong", "Le mot de passe est faux";
    SessionMissing = "session-missing", FORBIDDEN, false, "The manager must sign in", "Le responsable doit se connecter";
    FormRefused = "form-refused", FORBIDDEN, false, "The form does not come from here", "Ce formulaire ne vient pas d'ici";
    IdempotencyMismatch = "idempotency-mismatch", UNPROCESSABLE_ENTITY, false, "The Idempotency-Key was used with another request", "Cette Idempotency-Key a servi à une autre requête";
    IdempotencyInFlight = "idempotency-in-flight", CONFLICT, true, "The same request is being answered", "La même requête est en cours de traitement";
    RateLimited = "rate-limited", TOO_MANY_REQUESTS, true, "Too much at once", "Trop de requêtes à la fois";
    BadEncoding = "bad-encoding", BAD_REQUEST, false, "The request can't be read", "La requête est illisible";
    OrderInvalid = "order-invalid", UNPROCESSABLE_ENTITY, false, "The order breaks a rule", "L'ordre enfreint une règle";
    BadSignature = "bad-signature", UNPROCESSABLE_ENTITY, false, "A signature is wrong", "Une signature est fausse";
    NotFound = "not-found", NOT_FOUND, false, "There is nothing here", "Il n'y a rien ici";
    StorageFailed = "storage-failed", SERVICE_UNAVAILABLE, true, "The node could not store this; nothing was done", "Le nœud n'a pas pu enregistrer ; rien n'a été fait";
    WitnessNotVoting = "witness-not-voting", SERVICE_UNAVAILABLE, true, "A witness does not vote now", "Un témoin ne vote pas en ce moment";
    RequestInvalid = "request-invalid", UNPROCESSABLE_ENTITY, false, "The request asks for something impossible", "La requête demande l'impossible";
    TooLarge = "too-large", PAYLOAD_TOO_LARGE, false, "The request is too long", "La requête est trop longue";
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, false, "This can't be done here", "Cela ne peut pas être fait ici";
}
