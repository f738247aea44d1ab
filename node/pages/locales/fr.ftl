### Tout le texte des pages. `{ $x }` est rempli ; `$x-count` à côté choisit entre un et plusieurs.

## Autour de chaque page

skip = Aller au contenu
nav-label = Pages
nav-federation = Fédération
nav-wallet = Portefeuille
nav-manager = Pour le gérant
other-language = English
footer = Des points comme des pièces dans votre propre portefeuille. Ni compte, ni numéro de carte, ni cookie sur ces pages.
euros = { $amount } €
day = { $day } { $month } { $year }
moment = { $day } à { $time } UTC
milliseconds = { $time } ms
percent = { $number } %
month = { $month } { $year }
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
weekday-1 = lundi
weekday-2 = mardi
weekday-3 = mercredi
weekday-4 = jeudi
weekday-5 = vendredi
weekday-6 = samedi
weekday-7 = dimanche
shop-number = magasin { $id }
association-number = association { $id }

## Quand quelque chose manque

trouble-not-found = Il n’y a rien ici
trouble-not-found-advice = L’adresse est peut-être mal tapée, ou le lien est celui d’un autre magasin. Scannez le code à nouveau, ou partez de la page d’accueil.
trouble-asked = Ceci ne peut pas être affiché
trouble-asked-advice = Ce qui a été demandé n’est pas possible. Revenez en arrière et réessayez, ou partez de la page d’accueil.
trouble-node = Le nœud du magasin ne peut pas répondre
trouble-node-advice = Rien n’est perdu. Rechargez la page dans un instant ; si cela n’aide pas, prévenez le magasin.
trouble-form = Rien n’a été fait
trouble-form-advice = Le formulaire était d’une autre session, ou venait d’ailleurs. Rouvrez la page, et envoyez-le de là.
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

## Caisse

till-title = Caisse
till-heading = Caisse
till-no-script = La caisse a besoin de JavaScript dans ce navigateur. Sans lui, le programme ronde fait la même chose :
till-sound = Son
till-sign-out = Fermer
till-sign-in = Ouvrir cette caisse
till-sign-in-text = Ce navigateur n’a pas de jeton de caisse.
till-token = Jeton de la caisse
till-token-help = Le gérant le reçoit quand la caisse est ajoutée. Il reste dans ce navigateur jusqu’à la fermeture.
till-open = Ouvrir la caisse
till-what = Que faire
till-give = Donner seulement
till-take = Encaisser seulement
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
till-go-give = Montrer le code
till-go-take = Montrer le code
till-operation = En cours
till-qr = Code QR du lien
till-link = Lien
till-copy = Copier
till-cancel = Annuler
till-next = Client suivant
till-recent = Les dix dernières
till-recent-none = Encore rien sur cette caisse.
till-refund = Rendre des points sans marchandise
till-refund-points = Points à rendre
till-refund-close = Retour
till-refund-go = Rendre
till-sale = Panier : un seul scan
till-amount-sale = Total du panier en euros
till-part-open = Une partie ne donne pas de points ?
till-part = Du total, ce qui donne des points
till-part-help = Tout, sauf si vous tapez autre chose.
till-go-sale = Montrer le code
till-received = Paiement reçu
till-aside = Mettre de côté
till-further = Montrer le code suivant
till-goods = Reprendre des marchandises
till-goods-by-code = Reprendre des marchandises par un code
till-goods-code = Code de la vente
till-goods-code-help = Huit lettres et chiffres, dans le portefeuille du client ou dans la liste ici. Son lien convient aussi.
till-goods-search = Rechercher
till-goods-amount = Prix des marchandises rendues, en euros
till-goods-part = Dont celles qui ont donné des points
till-goods-other = L’autre code de cette vente, s’il y en a un
till-goods-other-help = Si des points ont été et donnés et encaissés.
till-goods-whole = Total de toute la vente, en euros
till-goods-go = Reprendre
till-key = Changer le jeton de cette caisse ?
till-key-drop = Garder le jeton actuel
till-key-take = Prendre le nouveau jeton
till-leave = Quelque chose est encore en cours
till-leave-text = Revenez le terminer ou l’annuler d’abord. Si vous fermez maintenant, ce navigateur l’oublie avec les dix dernières ; ce qu’un client a déjà scanné compte quand même.
till-leave-back = Y revenir
till-leave-go = Fermer quand même

## Ce que dit le script de la caisse

js-unreachable = Pas de connexion avec le nœud du magasin. Ce qui est en cours continue ; nouvel essai dans { $seconds } s.
js-back = La connexion est revenue.
js-token-refused = Aucune caisse d’ici n’a ce jeton, ou il a été retiré. Demandez-en un nouveau au gérant : il le crée sous Caisses.
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
js-refund = Rendre des points
js-refund-of = Rendre des points : { $what }
js-refund-most = Payé : { $points }. Ils reviennent à qui tient le nouveau code.
js-signed-out = Cette caisse est fermée dans ce navigateur.
js-sound-on = Le son est activé.
js-sound-off = Le son est coupé.
js-who = Cette caisse : { $name }
js-code = Code : { $what }
js-token-gone = Le jeton de cette caisse n’est plus bon : il a été retiré. Demandez-en un nouveau au gérant (il le crée sous Caisses), puis ouvrez son lien ici ou collez-le ci-dessous. Rien de l’ancien ne reste dans ce navigateur.
js-token-gone-with = En cours : { $what }, code { $code }. Le gérant le retrouve par ce code.
js-link-refused = Le jeton du lien n’est celui d’aucune caisse d’ici, ou a été retiré. Cette caisse reste { $name }.
js-key-what = Cette caisse est { $name }. Le lien ouvert contient un nouveau jeton, celui de { $other }. Si vous le prenez, { $name } est fermée dans ce navigateur et ses dix dernières sont effacées ; les codes déjà donnés restent bons.
js-key-stay = Rester { $name }
js-key-take = Prendre le nouveau jeton : { $other }
js-key-waits = Un lien avec un nouveau jeton, celui de { $other }, a été ouvert. Quelque chose de { $name } est encore en cours : terminez-le ou annulez-le d’abord, ensuite la question vous sera posée.
js-part-over = Ce qui donne des points ne peut pas dépasser la somme.
js-op-sale = Panier de { $amount }
js-op-return = Reprise de { $amount }
js-received = Paiement reçu : { $amount }
js-money-in = Reste à payer
js-money-had = Payé hors points
js-money-out = À rendre au client
js-money-owed = Le client paie d’abord
js-sale-settled = Encaissez, puis appuyez sur le bouton : alors seulement des points sont gagnés.
js-resume = Continuer
js-resume-of = Continuer : { $what }
js-return = Reprise
js-return-of = Reprise : { $what }
js-return-less = Ces marchandises ont coûté { $amount } hors points. { $less } sont retenus, car le client garde les points qu’elles ont donnés.
js-return-nothing = Ces marchandises ont coûté { $amount } hors points. { $less } sont retenus pour les points qu’elles ont donnés, en partie sur les points rendus.
js-return-owed = Ces marchandises ont coûté { $amount } hors points, et { $less } sont dus pour les points que le client garde. Encaissez la différence avant de les prendre.
js-return-more = C’est plus que ce qui reste de cette vente. Tapez un prix plus petit.
js-return-not = Rien de cela ne peut être repris ici : la vente n’est pas terminée, ou c’en est une autre. Demandez au gérant.
js-return-whole = Le total de la vente ne peut pas être juste. Voyez le ticket.
js-whole-missing = Tapez le total de toute la vente, points compris.
js-other-wrong = L’autre code n’est pas celui des points de la même vente. Laissez vide s’il n’y en a pas.
js-code-form = Un code a huit lettres et chiffres.
js-code-not-here = Ce code n’est pas dans les dix dernières de cette caisse. Scannez ou collez le lien de la vente, ou demandez au gérant.
js-code-unknown = Il n’y a aucune vente de ce code dans ce magasin. Comparez-le encore une fois.
js-code-two = Deux ventes ont ce code. Scannez ou collez le lien de la vente.
js-sold-sale = Panier
js-sold-give = Points donnés
js-sold-take = Points encaissés
js-sold-paid = { $points } encaissés
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
state-sale-open = En attente : le client scanne le code
state-sale-presented = Le client le voit et choisit
state-sale-pending = Le client paie en points ; décision en cours
state-sale-unpaid = Le client ne paie pas de points
state-sale-settled = Le client paie { $points }
state-sale-complete = Terminé. Le client peut encore scanner pour { $points }
state-sale-taking = Terminé. Le portefeuille du client prend { $points }
state-sale-claimed = Terminé : le client a gagné { $points }
state-sale-done = Terminé
state-sale-cancelled = Annulé : rien de payé, rien de gagné
state-sale-expired = Trop tard pour payer en points
state-sale-late = Les points sont venus trop tard et reviennent d’eux-mêmes
state-return-back = Le client scanne : { $points } reviennent
state-return-instead = Le premier code de la vente ne vaut plus. Le client scanne celui-ci : { $points }
state-return-done = Marchandises reprises

## Les pages du gérant

admin-title = Gestion
admin-nav-overview = Vue d’ensemble
admin-nav-tills = Caisses
admin-nav-earning = Gains
admin-nav-find = Rechercher
admin-sign-out = Se déconnecter
admin-foot = Il faut s’être identifié pour voir cette page : déconnectez-vous en partant. Elle ne connaît aucun client, car personne n’en connaît. Un cookie vous garde connecté, et rien d’autre.
admin-foot-login = Un cookie garde le gérant connecté jusqu’à sa déconnexion, et rien d’autre.
admin-login = Accès du gérant
admin-ended = Vous n’êtes plus connecté : une session prend fin après une heure sans rien faire. Ce qui vient d’être envoyé n’a rien changé.
admin-password = Mot de passe
admin-sign-in = Se connecter
admin-login-help = Il a été montré une seule fois, à l’installation du nœud de ce magasin. Vous restez connecté douze heures au plus, et une heure sans rien faire.
admin-lost-password = Perdu ? Sur la machine du nœud, ceci en fixe un autre :
admin-no-password = Aucun mot de passe n’est fixé : personne ne peut entrer. Sur la machine du nœud, ceci en fixe un :
admin-password-wrong = Ce n’est pas le mot de passe du gérant.
admin-password-wait = Trop de mots de passe faux ont été essayés. Attendez une minute et réessayez : personne n’est exclu.
admin-form-refused = Cette page est restée ouverte trop longtemps, ou venait d’ailleurs. Essayez encore une fois.

admin-light-good = Tout va bien.
admin-light-fair = À regarder.
admin-light-bad = Quelque chose ne va pas.
admin-sentence-good = Les clients gagnent des points et paient avec, comme il se doit.
admin-sentence-fair =
    { $number-count ->
        [one] Les clients gagnent et paient comme il se doit ; il y a une chose à régler.
       *[other] Les clients gagnent et paient comme il se doit ; il y a { $number } choses à régler.
    }
admin-sentence-bad =
    { $number-count ->
        [one] Les clients ne peuvent peut-être ni gagner ni payer avant que ce soit réglé.
       *[other] Les clients ne peuvent peut-être ni gagner ni payer avant que la première de ces { $number } choses soit réglée.
    }
alert-some-down =
    { $number-count ->
        [one] { $names } ne répond pas. Les paiements passent.
       *[other] { $names } ne répondent pas. Les paiements passent.
    }
alert-some-down-fix =
    { $spare-count ->
        [0] Aucun autre ne doit manquer : appelez ce magasin aujourd’hui, et demandez si son nœud tourne et est relié au réseau.
        [one] Un autre peut manquer. S’il n’est pas revenu demain, demandez à ce magasin si son nœud tourne.
       *[other] { $spare } autres peuvent manquer. S’il n’est pas revenu demain, demandez à ce magasin si son nœud tourne.
    }
alert-no-quorum =
    { $number-count ->
        [one] { $names } ne répond pas, et les paiements attendent.
       *[other] { $names } ne répondent pas, et les paiements attendent.
    }
alert-no-quorum-fix = S’ils manquent tous, regardez d’abord le réseau de ce magasin. Sinon appelez ces magasins : leurs nœuds doivent tourner. Aucun point n’est perdu ; ce qui attend continue de soi-même.
alert-charter-over = La charte a expiré le { $day } : aucun point n’est émis. On peut encore en dépenser.
alert-charter-soon = La charte expire le { $day } ; dès lors aucun point n’est émis.
alert-charter-fix = Demandez la version suivante aux garants. Un nœud la prend chez ses voisins de lui-même.
alert-charter-forked = Il y a deux chartes de cette version : aucun point n’est émis. On peut encore en dépenser.
alert-charter-forked-fix = Demandez la version suivante aux garants : elle dit laquelle des deux vaut.
alert-limit-reached = Ce magasin a émis tous les { $most } points qu’il peut émettre aujourd’hui.
alert-limit-near = Ce magasin a émis { $used } des { $most } points qu’il peut émettre aujourd’hui.
alert-limit-fix = À minuit UTC le compte recommence. Si ce n’était pas un jour exceptionnel, demandez une limite plus haute aux garants ; s’il l’était, voyez quelle caisse a tant donné.
alert-orders =
    { $number-count ->
        [one] Un ordre attend depuis plus de deux minutes.
       *[other] { $number } ordres attendent depuis plus de deux minutes.
    }
alert-orders-fix = Ils continuent d’eux-mêmes dès qu’assez de magasins répondent. Si tous répondent et que des ordres attendent encore dans une heure, regardez le journal technique du nœud.
alert-evidence =
    { $number-count ->
        [one] Ce nœud détient la preuve que quelqu’un a triché dans la fédération.
       *[other] Ce nœud détient { $number } preuves que quelqu’un a triché dans la fédération.
    }
alert-evidence-fix = La page de la fédération dit qui. Prévenez les garants.
alert-rolled-back = Ce nœud ne vote plus pour le jeu de clés { $keyset } : il manque à son journal ce qu’il a signé un jour.
alert-vote-forgotten = Ce nœud ne vote plus pour le jeu de clés { $keyset } : il a oublié un vote.
alert-retired = Ce nœud ne vote plus pour le jeu de clés { $keyset } : il ne sait plus tout ce qu’il a signé.
alert-retired-fix = Vérifiez qu’aucune seconde copie de ce nœud ne tourne, et gardez sa base de données. Demandez aux garants un siège dans le prochain jeu de clés. Les caisses du magasin continuent.
alert-restored-copy = Ce nœud ne vote plus pour le jeu de clés { $keyset } : il tourne sur une copie restaurée.
alert-restored-copy-fix = C’est normal après la remise d’une sauvegarde. Demandez aux garants un siège dans le prochain jeu de clés. Les caisses du magasin continuent.
alert-two-certificates = Jeu de clés { $keyset } : un point a été dépensé deux fois. Plus de témoins ont triché que le comité n’en supporte.
alert-two-certificates-fix = Ne prenez plus de points et appelez les garants. Qui gère le nœud trouve les coupables avec ronde audit.
alert-starting = Ce nœud ne vote pas encore pour le jeu de clés { $keyset } : il interroge d’abord les autres témoins.
alert-starting-fix = Rien : cela finit dès qu’assez d’entre eux répondent. Si cela dure plus de quelques minutes, voyez s’ils répondent.
alert-waits-to-close = Le jeu de clés { $keyset } est fini selon l’horloge de ce nœud, mais pas selon assez d’autres.
alert-waits-to-close-fix = Vérifiez l’heure de cette machine. Si elle est juste, les autres suivent d’eux-mêmes.
alert-seat = Ce nœud a un siège dans le jeu de clés { $keyset } et ne peut pas le prendre.
alert-seat-fix = Qui gère le nœud trouve ici quoi faire.
alert-log-shorter = Le journal de { $name } est plus court qu’avant.
alert-log-refused = Le journal de { $name } viole les règles des journaux.
alert-log-fix = Prévenez qui gère le nœud de ce magasin, et les garants.
alert-log-not-kept = Ce que dit le registre de { $name } n’a pas pu être gardé ici.
alert-log-not-kept-fix = Voyez si le disque de cette machine est plein, et regardez le journal technique du nœud.
alert-log-behind =
    { $number-count ->
        [one] { $number } entrée du journal de { $name } n’est pas encore lue.
       *[other] { $number } entrées du journal de { $name } ne sont pas encore lues.
    }
alert-log-behind-fix = Elles sont lues dès que ce magasin répond. Si cela dure un jour, demandez à ce magasin.
alert-disk = Le disque est presque plein : { $free } Mio libres sur { $floor } nécessaires. Rien de nouveau n’est accepté.
alert-disk-fix = Faites de la place sur la machine du nœud. Il continue de lui-même.
alert-clock-behind =
    { $number-count ->
        [one] L’horloge de cette machine retarde de { $number } seconde.
       *[other] L’horloge de cette machine retarde de { $number } secondes.
    }
alert-clock-ahead =
    { $number-count ->
        [one] L’horloge de cette machine avance de { $number } seconde.
       *[other] L’horloge de cette machine avance de { $number } secondes.
    }
alert-clock-fix = Sur la machine du nœud : timedatectl set-ntp true. Elle se compare aux autres magasins et se tait une fois juste.
alert-cap-till = La caisse { $name } a donné { $given } des { $most } points qu’elle peut donner aujourd’hui.
alert-cap-store = Toutes les caisses ont donné { $given } des { $most } points qu’elles peuvent donner aujourd’hui.
alert-cap-goodwill = { $given } des { $most } points de ce mois (UTC) ont servi de geste commercial.
alert-cap-goodwill-fix = Si c’est juste, autorisez-en plus dans la configuration du nœud (`goodwill_points` sous `[caps]`), ou attendez le mois prochain. Sinon, regardez les dons et leurs raisons sous Chercher, et retirez le jeton du gérant sous Caisses.
alert-cap-fix = Une grosse journée ? Alors tout va bien jusqu’au plafond, et les plafonds de la configuration du nœud sont peut-être trop bas. Sinon, voyez qui tient cette caisse, et retirez-lui son jeton sous Caisses.
alert-rules = Les paniers gagnent encore selon d’anciennes règles : la configuration a changé et ne peut pas être lue.
alert-rules-fix = Corrigez ce qui est nommé ici dans la configuration du nœud. Elle est relue d’elle-même, sans redémarrage.
alert-pledge = Ce qui s’est amassé pour l’association n’est pas encore promis.
alert-pledge-fix = Un nouvel essai se fait de lui-même. Si cela dure un jour, corrigez ce qui est nommé ici.
alert-unread = { $number } encaissements sont illisibles : ce qu’ils doivent peut-être ne peut pas être récupéré.
alert-unread-fix = Cherchez leurs codes dans le journal du nœud. Restaurez une sauvegarde, ou réglez-les à la main.
alert-baskets = Des paniers sont réglés, et depuis plus de dix minutes leurs caisses n’ont pas dit la vente achevée : { $codes }
alert-baskets-fix = Cherchez chaque code ci-dessous. Si le client a la marchandise, faites achever le panier par le programme de la caisse : 30 jours après son ouverture il est trop tard, et rien n’est gagné. Sinon, rendez ce qui a été payé en points.
alert-concern = Une règle à la ligne { $line } de la configuration ne fait pas ce qu’elle dit.
alert-concern-fix = Changez la ligne comme il est dit ici. Elle est relue d’elle-même, sans redémarrage.
alert-webhook = Plus rien n’est annoncé à { $url } : l’adresse n’a pas pris ce qui lui a été envoyé.
alert-webhook-fix = Demandez à qui s’occupe de cette adresse. Dès qu’elle répond, ronde webhook replay lui dit tout ce qu’elle a manqué en sept jours.
alert-certificate = Les fichiers du certificat HTTPS ont changé et ne peuvent pas servir. L’ancien continue.
alert-certificate-fix = Sur la machine du nœud, ronde config check dit ce qui ne va pas.
alert-certificate-over = Le certificat HTTPS a pris fin à { $until } : les navigateurs refusent les pages de ce magasin.
alert-certificate-soon = Le certificat HTTPS prend fin à { $until }.
alert-certificate-soon-fix = Renouvelez-le. Le nœud prend le nouveau de lui-même.
alert-backup-never = La base de données du nœud n’a jamais été copiée.
alert-backup-old =
    { $number-count ->
        [one] La dernière copie de la base de données du nœud a { $number } jour.
       *[other] La dernière copie de la base de données du nœud a { $number } jours.
    }
alert-backup-fix = Sur la machine du nœud : ronde backup FICHIER, vers un autre disque, chaque nuit. Le nœud peut tourner.

admin-tabs = Jour, semaine ou mois
admin-tab-day = Aujourd’hui
admin-tab-week = Cette semaine
admin-tab-month = Ce mois-ci
admin-span = Du { $from } au { $to }
admin-earlier = ← Avant
admin-later = Après →
admin-baskets = Paniers
admin-worth = { $amount } en tout
admin-given = Points donnés
admin-goodwill = dont { $number } en geste commercial
admin-returns = Retours de marchandises
admin-went-back = Points rendus
admin-pledged =
    { $number-count ->
        [one] et { $number } promis
       *[other] et { $number } promis
    }
admin-claimed = Points retirés
admin-rate = { $number } % de ce qui a été donné
admin-payments = Paiements en points
admin-taken = Points encaissés
admin-net = Flux net
admin-net-even = Autant de points sont entrés que sortis.
admin-net-in =
    { $points-count ->
        [one] Un point de plus est entré que sorti : il est dû à ce magasin.
       *[other] { $points } points de plus sont entrés que sortis : ils sont dus à ce magasin.
    }
admin-net-out =
    { $points-count ->
        [one] Un point de plus est sorti qu’entré : ce magasin le doit.
       *[other] { $points } points de plus sont sortis qu’entrés : ce magasin les doit.
    }
admin-net-help = Le flux net, ce sont les points encaissés ici moins les points que les clients ont emportés : retirés, ou rendus. Dans quel magasin des points ont été gagnés, personne ne peut le savoir : ce sont des pièces sans nom.
admin-hours-heading = Par heure
admin-days-heading = Par jour
admin-hour = Heure
admin-day = Jour
admin-short-given = Donnés
admin-short-claimed = Retirés
admin-short-payments = Paiements
admin-short-taken = Encaissés
admin-clock = Fuseau horaire : { $zone }
admin-nothing = Rien encore dans cette période : ni panier, ni paiement en points.
admin-statement = Télécharger le tableau
admin-statement-hours = Pour un tableur, heure par heure.
admin-statement-days = Pour un tableur, jour par jour.
admin-limit-heading = Limite du jour
admin-limit-text = La charte borne ce que chaque magasin émet par jour UTC, et chaque témoin le compte.
admin-limit = { $used } points sur { $most } ; il en reste { $left }.
admin-cap = Selon le plafond du magasin, toutes caisses : { $used } points sur { $most } ; il en reste { $left }.
admin-open-heading = Ordres en cours
admin-open =
    { $number-count ->
        [0] Aucun : tout ce qui a été commencé est fait.
        [one] Un ordre n’est pas encore achevé.
       *[other] { $number } ordres ne sont pas encore achevés.
    }
admin-order = Ordre
admin-age = Depuis
admin-digest = Empreinte
admin-order-earn = retrait de points
admin-order-redeem = paiement
admin-order-swap = échange de pièces
admin-order-donate = don
admin-order-pledge = promesse du magasin
admin-order-vote = vote
admin-seconds = { $number } s
admin-minutes = { $number } min
admin-hours = { $number } h
admin-month-heading = Association du mois
admin-month-none = Les paniers de ce magasin ne donnent à aucune association. Ces lignes dans la configuration du nœud donneraient un centime par euro :
admin-month-closed = Selon la charte elle ne reçoit plus de dons : nommez-en une autre sous [pledge] dans la configuration du nœud.
admin-month-pledged = Points promis par ce magasin ce mois-ci
admin-month-gathered = Amassé et pas encore promis
admin-month-customers = Points donnés par les clients de tous les magasins
admin-month-shops = Points promis par tous les magasins

admin-tills-heading = Caisses
admin-tills-none = Il n’y a pas encore de caisse.
admin-till-may = Peut
admin-till-used = Dernier usage
admin-till-given = Points donnés aujourd’hui (UTC)
admin-till-caps = Au plus
admin-till-added = Ajoutée
admin-never = jamais
admin-may-grant = donner des points
admin-may-redeem = encaisser des points
admin-may-refund = rendre des points payés
admin-may-manage = ce que le gérant fait par programme
admin-cap-grant-of = { $number } points à la fois
admin-cap-day-of = { $number } points par jour
admin-cap-grant-all = Toute caisse donne au plus { $number } points à la fois.
admin-cap-till-all = Une caisse sans plafond propre donne au plus { $number } points par jour.
admin-cap-store-all = Toutes les caisses ensemble donnent au plus { $number } points par jour.
admin-revoke = Arrêter { $name }
admin-revoke-really = La caisse { $name } s’arrête aussitôt, sur tout appareil qui a son jeton. Ce qu’elle a commencé s’achève. C’est sans retour ; une nouvelle caisse peut prendre le même nom.
admin-revoke-go = Oui, arrêter { $name }
admin-revoked =
    { $number-count ->
        [one] { $number } caisse a été arrêtée
       *[other] { $number } caisses ont été arrêtées
    }
admin-add-heading = Ajouter une caisse
admin-add-text = Une caisse est un navigateur au comptoir : une tablette, un téléphone, l’écran de la caisse. Elle reçoit un jeton qui n’ouvre que ce que vous choisissez ici.
admin-add-name = Comment vous l’appelez
admin-add-may = Ce qu’elle peut faire
admin-add-cap-grant = Points à la fois, au plus
admin-add-cap-day = Points par jour, au plus
admin-add-caps-help = Vide : ce qui vaut pour toutes vaut pour elle.
admin-add-go = L’ajouter
admin-till-wrong-name = Le nom d’une caisse a de 1 à 64 signes de texte simple.
admin-till-taken = Une caisse porte ce nom. Choisissez-en un autre, ou arrêtez d’abord celle-là.
admin-till-wrong-scopes = Choisissez au moins une chose que la caisse peut faire.
admin-till-wrong-cap = Un plafond est un nombre entier de points, ou vide.
admin-till-too-many = Il y a autant de caisses qu’un magasin peut en avoir. N’ajoutez plus de nom, reprenez celui d’une caisse arrêtée.
admin-added-heading = La caisse { $name } est ajoutée
admin-added-once = Son lien est montré sur cette page, et plus jamais.
admin-added-scan = Scannez le code avec l’appareil du comptoir, ou ouvrez-y le lien. La caisse le garde.
admin-added-keep = Puis quittez cette page. Qui a le lien peut ce que peut la caisse : s’il se perd, arrêtez la caisse et ajoutez-la de nouveau.
admin-added-code = Code QR du lien de { $name }
admin-added-link = Son lien
admin-added-done = Terminé

admin-earning-heading = Ce que gagnent les paniers
admin-earning-text = Les règles propres à ce magasin. Les heures sont celles de { $zone }.
admin-earning-none = Ce magasin n’a pas de règles : les caisses disent elles-mêmes combien de points elles donnent. Avec de telles lignes dans sa configuration, le nœud calcule :
admin-earning-change = Les règles sont dans la configuration du nœud (ronde.toml), sections [earn] et [pledge]. Un changement vaut en quelques secondes, sans redémarrage.
admin-kind-rate = Taux
admin-kind-most = Au plus
admin-kind-bonus = Jours de bonus
admin-kind-voucher = Bon
admin-kind-ballot = Bulletin
admin-kind-gives = Le magasin donne
admin-rule-rate =
    { $points-count ->
        [one] { $points } point par { $amount }, arrondi une fois vers le bas pour tout le panier
       *[other] { $points } points par { $amount }, arrondis une fois vers le bas pour tout le panier
    }
admin-rule-most =
    { $number-count ->
        [one] { $number } point par panier
       *[other] { $number } points par panier
    }
admin-rule-bonus = « { $name } » : { $percent } % des points, { $when }
admin-rule-best = Si plusieurs valent en même temps, le meilleur compte seul.
admin-rule-voucher = « { $name } » : { $count } × { $offer }, { $least }, { $when }
admin-rule-each = avec chaque panier
admin-rule-least = avec les paniers de { $amount } ou plus
admin-rule-ballot =
    { $points-count ->
        [one] « { $name } », avec les paniers qui gagnent { $points } point ou plus
       *[other] « { $name } », avec les paniers qui gagnent { $points } points ou plus
    }
admin-rule-gives = { $amount } par { $of } de panier à { $name }, promis de soi-même une fois par jour dès { $time } UTC
admin-rule-gives-month = en { $month } à { $name }
admin-campaign-number = vote { $id }
admin-offer-number = offre { $id }
admin-mondays = lundi
admin-tuesdays = mardi
admin-wednesdays = mercredi
admin-thursdays = jeudi
admin-fridays = vendredi
admin-saturdays = samedi
admin-sundays = dimanche
admin-when-always = toujours
admin-when-days = chaque { $days }
admin-when-hours = de { $from } à { $to }
admin-when-night = de { $from } à { $to } le lendemain
admin-when-first = dès le { $day }
admin-when-last = jusqu’à la fin du { $day }
admin-try-heading = Essayer un panier
admin-try-text = Dit ce qu’un panier gagnerait, et pourquoi. Rien n’est donné.
admin-try-euros = Panier en euros
admin-try-day = Jour
admin-try-time = Heure
admin-try-go = Essayer
admin-try-wrong-euros = Écrivez le panier en euros et centimes, par exemple 42,10.
admin-try-wrong-day = Écrivez le jour ainsi : 2026-12-24.
admin-try-wrong-time = Écrivez l’heure ainsi : 10:30.
admin-tried = Un panier de { $amount }, { $weekday } { $day } à { $time }, gagne { $what }.
admin-tried-nothing = Un panier de { $amount }, { $weekday } { $day } à { $time }, ne gagne rien.
admin-points =
    { $number-count ->
        [one] { $number } point
       *[other] { $number } points
    }
admin-vouchers =
    { $number-count ->
        [one] { $number } bon
       *[other] { $number } bons
    }
admin-a-ballot = un bulletin
admin-step-plain =
    { $number-count ->
        [one] Par le taux : { $number } point.
       *[other] Par le taux : { $number } points.
    }
admin-step-bonus-counts = Le bonus « { $name } » compte : { $percent } %.
admin-step-bonus-not-now = Le bonus « { $name } » ne vaut pas à ce moment.
admin-step-bonus-beaten = Le bonus « { $name } » vaut aussi, mais un autre donne autant ou plus, et un seul compte.
admin-step-most-reached = Ce qui dépasse { $number } points est retranché.
admin-step-most = Le plus, { $number } points, n’est pas atteint.
admin-step-voucher-comes = Bon « { $name } » : { $count } × { $offer }.
admin-step-voucher-not-now = Bon « { $name } » : pas à ce moment.
admin-step-voucher-too-small = Bon « { $name } » : pas avec un panier de moins de { $amount }.
admin-step-voucher-not-issuable = Bon « { $name } » : aucun, la charte ne laisse pas ce magasin donner { $offer }.
admin-step-voucher-used-up = Bon « { $name } » : aucun, ce magasin en a donné autant que la charte permet.
admin-step-voucher-full = Bon « { $name } » : aucun, un don n’en porte pas plus.
admin-step-ballot-comes = Un bulletin de « { $name } » vient avec.
admin-step-ballot-too-few = Un bulletin de « { $name } » ne vient qu’avec { $points } points ou plus.
admin-step-ballot-over = Pas de bulletin : « { $name } » est fini, ou la charte n’a pas ce vote.
admin-step-ballot-used-up = Pas de bulletin de « { $name } » : ce magasin en a donné autant que la charte permet.
admin-step-ballot-other = Pas de bulletin de « { $name } » : la caisse en a demandé un autre.
admin-step-gives = Le magasin donne { $amount } à { $name }.
admin-offers-heading = Bons de la fédération
admin-offers-text = Tous les magasins les prennent. Qui les donne et qui les paie est dans la charte.
admin-offers-none = La charte n’en a pas.
admin-offer = Bon
admin-offer-worth = Valeur en points
admin-offer-funder = Payé par
admin-offer-state = Ici
admin-offer-closed = n’est plus donné
admin-offer-here = peut être donné ici, { $number } en tout
admin-offer-elsewhere = est donné par d’autres magasins

admin-find-heading = Rechercher un code
admin-find-text = Les huit caractères que montre le portefeuille ou le ticket d’un client. Majuscules, traits d’union et espaces n’importent pas.
admin-code = Code
admin-find-go = Rechercher
admin-moment = { $day } à { $time }
admin-find-no-code = Un code a huit lettres et chiffres, par exemple 4F7K-02MZ.
admin-find-nothing = Rien dans ce magasin n’a ce code. A-t-il été donné dans un autre ?
admin-found-grant = Points donnés
admin-found-checkout = Paiement
admin-found-basket = Panier
admin-basket-open = Ouvert : il attend le client, ou la caisse.
admin-basket-settled = Réglé : il attend que la caisse dise la vente achevée.
admin-basket-complete = Achevé : le client peut retirer ce qu’il rapporte.
admin-basket-cancelled = Annulé par la caisse.
admin-basket-expired = Le temps de le payer en points est passé ; la caisse peut encore l’achever.
admin-grant-open = En attente : personne ne les a retirés.
admin-grant-pending = Le client les a retirés ; les témoins décident.
admin-grant-claimed =
    { $number-count ->
        [one] Retiré : { $number } point est au client.
       *[other] Retirés : { $number } points sont au client.
    }
admin-grant-cancelled = Annulé par la caisse avant tout retrait.
admin-grant-expired = Expiré : personne ne les a retirés à temps.
admin-checkout-open = En attente : aucun portefeuille ne l’a regardé.
admin-checkout-presented = Un portefeuille l’a regardé et n’a pas encore payé.
admin-checkout-pending = Le client a signé ; les témoins décident. L’annulation n’est plus possible.
admin-checkout-accepted =
    { $number-count ->
        [one] Payé avec { $number } point.
       *[other] Payé avec { $number } points.
    }
admin-checkout-refused = Refusé : ces points étaient déjà dépensés. Rien n’a été payé.
admin-checkout-expired = Expiré : personne n’a payé à temps.
admin-checkout-cancelled = Annulé par la caisse. Rien n’a été payé.
admin-checkout-late =
    { $number-count ->
        [one] Payé trop tard : { $number } point revient au client.
       *[other] Payé trop tard : { $number } points reviennent au client.
    }
admin-fact-points = Donnés
admin-fact-made = Fait
admin-fact-with = Avec
admin-fact-most = Demandé, au plus
admin-fact-paid = Payé
admin-fact-returned = Rendu par les caisses
admin-fact-votes = Votes jusqu’ici
admin-fact-owed = Dû au client
admin-fact-till = Caisse
admin-fact-basket = Panier
admin-fact-bonus = Bonus
admin-fact-reason = Motif
admin-fact-gives-back = Rend ce qui a été payé par
admin-fact-instead = À sa place
admin-fact-goodwill = Geste commercial
admin-too-late = un paiement arrivé trop tard
admin-yes = oui
admin-fact-costs = Coûte
admin-fact-money = En argent
admin-fact-earns = Rapporte
admin-by-itself = aucune : le nœud l’a fait de lui-même

## Le tableau du gérant pour un tableur

admin-column-time = Moment
admin-column-baskets = Paniers
admin-column-worth = Euros
admin-column-given = Points donnés
admin-column-withdrawn = Points annulés
admin-column-claims = Retraits
admin-column-claimed = Points retirés
admin-column-payments = Paiements en points
admin-column-taken = Points encaissés
admin-column-net = Flux net
admin-column-pledged = Points promis
admin-column-goodwill = Points en geste commercial
admin-column-returns = Retours
admin-column-back = Euros de marchandises rendues
admin-column-points-back = Points rendus pour marchandises
admin-column-went-back = Points rendus et retirés

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
change-keyset =
    { $faults-count ->
        [one] Jeu de clés { $keyset } : les témoins sont { $names }. Un seul d’entre eux peut tomber ou mentir. Ses points sont émis jusqu’au { $issued } et dépensés jusqu’au { $spent }.
       *[other] Jeu de clés { $keyset } : les témoins sont { $names }. Jusqu’à { $faults } d’entre eux peuvent tomber ou mentir. Ses points sont émis jusqu’au { $issued } et dépensés jusqu’au { $spent }.
    }
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
