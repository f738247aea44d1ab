### Tout le texte des pages. `{ $x }` est rempli ; `$x-count` à côté choisit entre un et plusieurs.

## Autour de chaque page

skip = Aller au contenu
nav-label = Pages
nav-federation = Fédération
nav-wallet = Portefeuille
other-language = English
footer = Des points comme des pièces dans votre propre portefeuille. Ni compte, ni numéro de carte, ni cookie sur ces pages.
euros = { $amount } €
day = { $day } { $month } { $year }
moment = { $day } à { $time } UTC
milliseconds = { $time } ms
percent = { $number } %
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
shop-number = magasin { $id }
association-number = association { $id }

## Quand quelque chose manque

trouble-not-found = Il n’y a rien ici
trouble-not-found-advice = L’adresse est peut-être mal tapée, ou le lien est celui d’un autre magasin. Scannez le code à nouveau, ou partez de la page d’accueil.
trouble-asked = Ceci ne peut pas être affiché
trouble-asked-advice = Ce qui a été demandé n’est pas possible. Revenez en arrière et réessayez, ou partez de la page d’accueil.
trouble-node = Le nœud du magasin ne peut pas répondre
trouble-node-advice = Rien n’est perdu. Rechargez la page dans un instant ; si cela n’aide pas, prévenez le magasin.
trouble-home = Vers la page d’accueil

## Page d’accueil

home-title = Points
home-heading = Les points chez { $shop }
home-lead =
    { $number-count ->
        [one] Les points gagnés ici se dépensent ici.
       *[other] Les points gagnés ici se dépensent dans les { $number } magasins, et les leurs ici. Chaque magasin est indépendant, et aucun n’apprend où vous achetez ailleurs.
    }
home-worth = 100 points valent { $amount } entre les magasins.
home-wallet = Votre portefeuille
home-wallet-text = Là où sont vos points : sur votre propre appareil, avec 24 mots qui les font revenir.
home-federation = La fédération
home-federation-text = Qui participe, qui a signé les règles, les comptes, et si quelqu’un a triché. Ouvert à tous.
home-till = La caisse
home-till-text = Pour qui travaille ici : donner des points et en encaisser. Il faut un jeton de caisse.
home-privacy = Ce que voit le magasin
home-privacy-account = Pas de compte : ni nom ni numéro n’est demandé, et votre portefeuille n’en envoie pas.
home-privacy-shops = Le magasin voit que des points arrivent, et combien, pas où ils ont été gagnés.
home-privacy-coins = Les points sont des pièces, signées à l’aveugle par un quorum des magasins : qui en voit dépenser une ne peut pas dire à qui elle a été donnée.

## Portefeuille

wallet-title = Portefeuille
wallet-heading = Un portefeuille pour vos points
wallet-lead = Vos points sont des pièces dans un portefeuille à vous : sur votre téléphone ou votre ordinateur, et nulle part ailleurs.
wallet-how = Comment avoir un portefeuille
wallet-how-app = Le nœud de ce magasin ne porte pas l’application pour navigateurs. Demandez au comptoir quel autre magasin de la fédération la propose : tout portefeuille marche partout.
wallet-how-command = Sur un ordinateur, le programme ronde est aussi un portefeuille :
wallet-here-link = le lien
wallet-any-shop = Quel que soit le magasin dont le nœud répond à votre portefeuille, vos points sont les mêmes.
link-grant = { $shop } a des points pour vous
link-grant-text = Ils attendent derrière ce lien que votre portefeuille les retire. Le premier qui a le lien a les points : gardez-le pour vous.
link-checkout = Payez avec des points chez { $shop }
link-checkout-text = Ouvrez ce lien avec votre portefeuille : il montre ce qui est demandé, et vous dites combien vous payez en points.
link-label = Le lien, pour votre portefeuille
link-copy = Copier
link-copied = Le lien est copié.
link-no-script = Copiez l’adresse entière de cette page, avec tout ce qui suit le signe # : c’est le lien.

## Caisse

till-title = Caisse
till-heading = Caisse
till-no-script = La caisse a besoin de JavaScript dans ce navigateur. Sans lui, le programme ronde fait la même chose :
till-sound = Son
till-sign-out = Fermer
till-sign-in = Ouvrir cette caisse
till-sign-in-text = Ce navigateur n’a pas encore de jeton de caisse.
till-token = Jeton de la caisse
till-token-help = Le gérant le reçoit quand la caisse est ajoutée. Il reste dans ce navigateur jusqu’à la fermeture.
till-open = Ouvrir la caisse
till-what = Que faire
till-give = Donner
till-take = Encaisser
till-unit = Montant en
till-points = Points
till-euros = Euros
till-amount-points = Points à donner
till-amount-euros = Panier en euros
till-amount-take = Points au plus
till-amount-help = Tapez, ou servez-vous des touches. Entrée envoie, Échap efface.
till-step = Par pas de
till-step-help = Le client paie un multiple de ce nombre.
till-pad = Touches
till-back = Effacer le dernier chiffre
till-go-give = Donner
till-go-take = Encaisser
till-operation = En cours
till-qr = Code QR du lien
till-link = Lien
till-copy = Copier
till-cancel = Annuler
till-next = Client suivant
till-recent = Les dix dernières
till-recent-none = Encore rien sur cette caisse.
till-refund = Rendre des points
till-refund-points = Points à rendre
till-refund-close = Retour
till-refund-go = Rendre

## Ce que dit le script de la caisse

js-unreachable = Pas de connexion avec le nœud du magasin. Ce qui est en cours continue ; nouvel essai dans { $seconds } s.
js-back = La connexion est revenue.
js-token-refused = Ce jeton n’est celui d’aucune caisse d’ici, ou la caisse a été révoquée. Demandez-en un nouveau au gérant.
js-token-lacks = Cette caisse n’a pas le droit de faire cela. Demandez au gérant une caisse avec le droit : { $what }.
js-amount-missing = Tapez d’abord un montant.
js-step-missing = Le pas est d’au moins 1.
js-step-over = Le pas dépasse ce qui peut être payé au plus.
js-too-many = C’est plus que la caisse ne peut faire en une fois.
js-busy = Une opération est déjà en cours : terminez-la d’abord.
js-other-window = La caisse est ouverte dans une autre fenêtre de ce navigateur. Fermez-la, et elle continue ici.
js-failed = Cela n’a pas marché. { $what }
js-refund-missing = Tapez combien de points, au plus { $most }.
js-sending = Envoi…
js-euros = { $amount } €
js-seconds-left = Finit dans { $left } s
js-minutes-left = Finit dans { $left } min
js-days-left = Peut être retiré encore { $left } jours
js-link-copied = Le lien est copié.
js-qr = Code QR : { $what }
js-op-give = Donner { $points }
js-op-give-euros = Points pour un panier de { $amount }
js-op-take = Encaisser jusqu’à { $points }
js-op-refund = Rendre { $points }
js-refund = Rendre
js-refund-of = Rendre des points : { $what }
js-refund-most = Payé : { $points }. Ils reviennent à qui tient le nouveau code.
js-signed-out = Cette caisse est fermée dans ce navigateur.
js-sound-on = Le son est activé.
js-sound-off = Le son est coupé.
js-points =
    { $number-count ->
        [one] { $points } point
       *[other] { $points } points
    }
state-give-open = En attente : le client scanne le code
state-give-pending = Le client les a pris ; la décision est en cours
state-give-claimed = Retiré : { $points }
state-give-cancelled = Annulé
state-give-expired = Expiré : personne ne les a retirés
state-take-open = En attente : le client scanne le code
state-take-presented = Le client le voit et choisit
state-take-pending = Décision en cours : ne peut plus être annulé, seulement terminé
state-take-accepted = Payé : { $points }
state-take-refused = Refusé : rien n’a été payé
state-take-expired = Expiré : rien n’a été payé
state-take-cancelled = Annulé : rien n’a été payé
state-take-accepted_late = Payé trop tard : { $points } sont dus au client

## Fédération

federation-lead = Où en est cette fédération de magasins, vue du nœud de { $shop } le { $time }. C’est ouvert à tous, et ne nomme aucun client : personne n’en connaît.
federation-audit = Qui veut en être sûr ne demande à aucune page : le programme ronde audit rejoue les journaux de tous les témoins, et trouve les comptes justes ou dit qui a triché.
condition-all-up =
    { $all-count ->
        [one] Jeu de clés { $keyset } : son seul témoin répond. Les paiements passent.
       *[other] Jeu de clés { $keyset } : les { $all } témoins répondent. Les paiements passent.
    }
condition-some-down =
    { $down-count ->
        [one] Jeu de clés { $keyset } : { $names } ne répond pas. Les paiements passent ; { $spare } de plus peuvent manquer.
       *[other] Jeu de clés { $keyset } : { $names } ne répondent pas. Les paiements passent ; { $spare } de plus peuvent manquer.
    }
condition-none-spare =
    { $down-count ->
        [one] Jeu de clés { $keyset } : { $names } ne répond pas. Les paiements passent, mais plus aucun autre ne doit manquer.
       *[other] Jeu de clés { $keyset } : { $names } ne répondent pas. Les paiements passent, mais plus aucun autre ne doit manquer.
    }
condition-no-quorum =
    { $down-count ->
        [one] Jeu de clés { $keyset } : { $names } ne répond pas. Les paiements attendent son retour ; aucun point n’est perdu.
       *[other] Jeu de clés { $keyset } : { $names } ne répondent pas. Les paiements attendent qu’assez d’entre eux reviennent ; aucun point n’est perdu.
    }
charter-heading = Charte
charter-expired = La charte a expiré : aucun point n’est émis avant que les garants publient la suivante. On peut toujours dépenser.
charter-forked = Il existe deux chartes de cette version : aucun point n’est émis avant que les garants disent laquelle tient. On peut toujours dépenser.
charter-version = Version
charter-issued = Écrite
charter-expires = Émission jusqu’au
charter-stores = Participants
charter-shops =
    { $number-count ->
        [one] { $number } magasin
       *[other] { $number } magasins
    }
charter-value = Entre magasins
charter-worth =
    { $points-count ->
        [one] { $points } point vaut { $amount }
       *[other] { $points } points valent { $amount }
    }
charter-signed = Signée par
charter-signers =
    { $stewards-count ->
        [one] { $signed } garant sur { $stewards } ; il en faut { $needed }
       *[other] { $signed } garants sur { $stewards } ; il en faut { $needed }
    }
charter-keys = Clés et empreintes
charter-key = Garant qui a signé
charter-federation = Fédération
charter-hash = Cette version
versions-heading = Ce qui a changé
version-title = Version { $version }, { $day }
version-signed =
    { $number-count ->
        [one] { $number } signature
       *[other] { $number } signatures
    }
change-founded =
    { $stores-count ->
        [one] Fondée avec { $stores } magasin.
       *[other] Fondée avec { $stores } magasins.
    }
change-founded-stewards =
    { $stewards-count ->
        [one] { $stewards } garant, qui signe.
       *[other] { $stewards } garants, dont { $needed } doivent signer.
    }
change-none = Rien, sinon les signatures.
change-more = { $changes } de plus ; ronde charter show dit tout.
change-fork-settled = Dit laquelle de deux chartes d’une même version tient.
change-stewards = Garants : { $joined } nouveaux, { $gone } partis ; { $needed } sur { $stewards } doivent signer.
change-worth = Entre magasins, { $points } points valent maintenant { $cents } centimes.
change-unspent-issuers = Les points jamais dépensés reviennent aux magasins qui les ont émis.
change-unspent-association = Les points jamais dépensés vont à { $name }.
change-expires = Des points peuvent être émis jusqu’au { $day }.
change-store-joined = { $name } arrive, et peut émettre { $limit } points par jour.
change-store-renamed = { $old } s’appelle maintenant { $name }.
change-store-limit = { $name } peut émettre { $limit } points par jour, au lieu de { $old }.
change-store-limits = { $stores } magasins peuvent émettre chacun { $limit } points par jour, au lieu de { $old }.
change-store-key = { $name } a une nouvelle clé.
change-store-address = { $name } a d’autres adresses.
change-keyset = Jeu de clés { $keyset } : les témoins sont { $names }, dont { $faults } peuvent tomber ou mentir ; ses points sont émis jusqu’au { $issued } et dépensés jusqu’au { $spent }.
change-association-joined = On peut donner à { $name }.
change-association-renamed = { $old } s’appelle maintenant { $name }.
change-association-closed = { $name } ne reçoit plus de dons.
change-campaign-opened = Un vote commence : « { $name } », avec un panier d’au moins { $minimum } points, jusqu’au { $day }.
change-campaign-end = Le vote « { $name } » dure jusqu’au { $day }.
change-campaign-minimum = Un panier de { $minimum } points porte maintenant un bulletin de « { $name } ».
change-campaign-choices = Nouveau au choix dans « { $name } » : { $choices }.
change-campaign-other = Le vote « { $name } » : { $ballots } bulletins par magasin.
change-offer-opened = Un bon : « { $name } », qui vaut { $value } points, payé par { $funder }.
change-offer-closed = Le bon « { $name } » n’est plus émis.
change-offer-reopened = Le bon « { $name } » est émis à nouveau.
change-offer-other = Le bon « { $name } » : { $issuers } magasins peuvent l’émettre, { $each } chacun.
witnesses-heading = Témoins
witnesses-text = Des magasins qui tiennent ensemble la liste des points dépensés. Un paiement demande les voix d’un quorum d’entre eux.
witness = Témoin
state = État
latency = Aller-retour
keyset = Jeu de clés
witness-up = répond
witness-own = ce nœud
witness-down = ne répond pas
logs-heading = Journaux
logs-text = Chaque témoin écrit chaque paiement dans un journal qu’il ne peut plus changer ensuite, et lit ceux des autres.
logs-none = Ce magasin n’est pas témoin et ne tient pas de journal. Ceux-ci le sont, et montrent le leur :
logs-own = Celui de ce nœud
logs-peers = Ceux des autres, lus d’ici
entries = Entrées
root = Racine
log-votes = vote
log-starting = démarre : interroge d’abord les autres
log-waits-to-close = attend que les autres ferment le jeu de clés
log-rolled-back = ne vote plus : il manque à son journal ce qu’il a signé
log-vote-forgotten = ne vote plus : il a oublié un vote
log-restored-copy = ne vote plus : copie restaurée
log-two-certificates = ne vote plus : un point a été dépensé deux fois, plus de témoins ont triché que le comité n’en supporte
log-retired = ne vote plus
peer-agrees = lu jusqu’au bout il y a { $number } s, prolonge ce qui avait été lu
peer-not-asked = pas lu depuis le démarrage de ce nœud
peer-behind =
    { $number-count ->
        [one] { $number } entrée pas encore lue
       *[other] { $number } entrées pas encore lues
    }
peer-shorter = plus court qu’avant : quelqu’un doit regarder
peer-refused = enfreint les règles des journaux : quelqu’un doit regarder
peer-no-log = a répondu, mais pas avec son journal
peer-unreachable = injoignable la dernière fois
peer-not-kept = n’a pas pu être conservé ici
peer-trouble = n’a pas pu être lu la dernière fois
books-heading = Comptes
books-text = D’après les seuls certificats du journal de ce nœud. Un magasin doit les points qu’il émet, et on lui doit ceux qu’il encaisse ; ce qui est au-dessus de zéro lui est dû.
books-none = Ce magasin n’est pas témoin et ne tient pas les comptes de la fédération.
books-keyset = Jeu de clés { $keyset }
books-balanced = La somme des positions est zéro.
books-unbalanced = La somme des positions n’est pas zéro : prévenez les garants.
books-empty = Rien n’est encore inscrit.
account = Compte
position = Position
issued = Émis
redeemed = Encaissés
donated = Donnés
pledged = Promis
honoured = Bons encaissés
funded = Bons payés
pool = Points dans les portefeuilles
given-heading = Votes et dons
counted-all = Compté par ce nœud, d’après les { $read } entrées de ses journaux.
counted-part = Compté par ce nœud, d’après { $read } des { $size } entrées de ses journaux pour l’instant : rechargez la page pour la suite.
counted-none = Ce magasin n’est pas témoin, et n’en compte pas.
count-text = Personne n’a à croire ce nœud : votre navigateur peut lire ses journaux et vérifier lui-même le certificat de chaque vote et de chaque don. Il lit alors toutes les entrées, ce qui peut prendre un moment.
count-go = Compter dans ce navigateur
count-reading = {"{"}read{"}"} entrées lues sur {"{"}size{"}"}…
count-done = Compté par ce navigateur, d’après les {"{"}entries{"}"} entrées des journaux de ce magasin : {"{"}right{"}"} certificats sur {"{"}certificates{"}"} sont bons. Un magasin ne peut pas en inventer, et ce que son témoin a signé, il le montre à tous pareillement.
count-wrong = Compté par ce navigateur, d’après les {"{"}entries{"}"} entrées des journaux de ce magasin : seuls {"{"}right{"}"} certificats sur {"{"}certificates{"}"} sont bons. Les autres ne sont pas comptés. Prévenez les garants.
count-torn = Compté par ce navigateur, d’après {"{"}entries{"}"} entrées : {"{"}right{"}"} certificats sur {"{"}certificates{"}"} sont bons. Mais ce ne sont pas les journaux que le témoin de ce magasin a signés : il peut en manquer. Prévenez les garants.
count-less = Compté par ce navigateur, d’après les {"{"}entries{"}"} entrées des journaux de ce magasin : {"{"}right{"}"} certificats sur {"{"}certificates{"}"} sont bons. Ce nœud avait compté plus qu’ils ne prouvent. Prévenez les garants.
count-failed = Ce navigateur n’a pas pu compter ({"{"}code{"}"}). Réessayez.
campaigns-none = Il n’y a pas de vote.
campaign-until = Ouvert jusqu’au { $day }.
campaign-ended = Terminé le { $day }.
campaign-votes =
    { $number-count ->
        [one] { $number } voix.
       *[other] { $number } voix.
    }
choice = Choix
votes = Voix
share = Part
gifts-none = Il n’y a pas d’association à qui donner.
gifts-heading = Dons
association = Association
gifts-customers = Des clients
gifts-shops = Des magasins
gifts-all = Points en tout
closed = close
evidence-heading = Preuves
evidence-none = Aucune : personne n’a été pris à tricher. Une liste vide est bon signe.
evidence-text = Chaque pièce prouve à elle seule, hors ligne, qui a triché. Prévenez les garants.
culprit-witness = { $name } (témoin du jeu de clés { $keyset })
culprit-unknown = quelqu’un que la charte ne nomme pas
offence-double-vote = a voté pour deux ordres sur une même pièce.
offence-vote-against-certificate = a voté contre ce qui était certifié.
offence-fork = a signé deux journaux qui se contredisent.
offence-bad-evaluation = a signé une monnaie rendue qui n’est pas valable.
offence-bad-certificate = a écrit dans son journal un certificat qui n’en est pas un.
offence-bad-vote = a inscrit un vote pour un ordre qui enfreint une règle, ou que son propriétaire n’a pas signé.
offence-bad-order = a voté pour un ordre qui enfreint une règle.
offence-two-bodies = a signé deux ordres sous une même référence.
offence-reopened = a dit que son journal était clos, et en a signé un autre.
offence-unknown = Une faute que la charte de ce nœud ne sait pas encore juger.
