"""What python-plexapi, unmodified, reads from the Plex simulator.

The media server is reached at its address. plexapi knows plex.tv and its providers only by their own addresses; it
takes a `requests.Session`, though, and a session may have an adapter for whatever begins with `https://`. That of this
story sends what was meant for a host of Plex's to the simulator and names the host in `X-Forwarded-Host`. Nothing of
plexapi is replaced, and nothing leaves this machine: a host that is not Plex's is refused.
"""

import json
import os
import queue
from urllib.parse import urlsplit

import requests
from plexapi.exceptions import BadRequest, NotFound, Unauthorized
from plexapi.myplex import MyPlexAccount
from plexapi.server import PlexServer
from requests.adapters import HTTPAdapter

TOLD = json.loads(os.environ["CACHERR_SIMULATOR"])
URL = TOLD["url"]


class ToSimulator(HTTPAdapter):
    def send(self, request, **options):
        meant = urlsplit(request.url)
        assert meant.hostname == "plex.tv" or meant.hostname.endswith(".plex.tv"), request.url
        request.headers["X-Forwarded-Host"] = meant.hostname
        request.url = URL + request.path_url
        return super().send(request, **options)


def session():
    it = requests.Session()
    it.mount("https://", ToSimulator())
    return it


def refuses(kind, act):
    try:
        act()
    except kind:
        return
    raise AssertionError(f"{kind.__name__} was expected")


def titles(items):
    return [item.title for item in items]


def the_server():
    refuses(Unauthorized, lambda: PlexServer(URL, "nobody"))
    plex = PlexServer(URL, TOLD["owner"]["server"])
    assert plex.machineIdentifier == TOLD["machine"] and plex.myPlex is True
    assert plex.identity().claimed is True

    movies, shows = plex.library.sections()
    assert (movies.type, movies.title, movies.key) == ("movie", "Movies", 1)
    assert shows.type == "show" and len(shows.locations) == 1

    dune, hamlet = movies.all()
    assert [len(dune.media), len(hamlet.media[0].parts)] == [2, 2]
    assert {media.videoResolution for media in dune.media} == {"1080", "4k"}
    for part in dune.iterParts():
        assert os.path.getsize(part.file) == part.size
    dune.reload(checkFiles=True)
    assert all(part.exists and part.accessible for part in dune.iterParts())
    assert [guid.id for guid in dune.guids] == ["imdb://tt1160419"]
    assert dune.viewOffset == 30 * 60_000 and dune.duration == 155 * 60_000
    assert plex.fetchItem(f"/library/all?guid={dune.guid}").title == "Dune"

    bluey = shows.get("Bluey")
    assert [season.index for season in bluey.seasons()] == [0, 1, 2]
    assert titles(bluey.episodes()) == ["Verandah Santa", "Magic Xylophone", "Hospital", "Dance Mode"]
    assert [episode.isPlayed for episode in bluey.episodes()] == [False, True, True, False]

    assert titles(plex.search("dune")) == ["Dune"]
    assert titles(plex.search("mode", mediatype="episode")) == ["Dance Mode"]
    assert plex.search("nothing of this name") == []

    assert titles(plex.library.onDeck()) == ["Dune", "Dance Mode"]
    assert titles(shows.onDeck()) == ["Dance Mode"]
    assert titles(plex.continueWatching()) == ["Dune", "Dance Mode"]
    assert titles(shows.continueWatching()) == ["Dance Mode"]
    assert [hub.hubIdentifier for hub in plex.library.hubs(identifier="home.continue")] == ["home.continue"]

    playing, = plex.sessions()
    assert (playing.title, playing.viewOffset) == ("Magic Xylophone", 60_000)
    assert playing.usernames == ["Bob"] and playing.player.state == "playing"
    assert playing.session.location == "lan" and playing.transcodeSession.videoDecision == "transcode"

    seen = plex.history()
    assert [(line.title, line.accountID) for line in seen] == [("Hospital", 1), ("Magic Xylophone", 1)]
    assert plex.history(ratingKey=TOLD["episodes"][0], maxresults=1)[0].title == "Magic Xylophone"
    assert {account.name for account in plex.systemAccounts()} == {"", "Anna", "Bob", "Kid"}
    assert plex.settings.get("autoEmptyTrash").value is True
    return plex


def the_alerts(plex):
    heard = queue.Queue()
    listener = plex.startAlertListener(heard.put, lambda error: heard.put({"error": str(error)}))
    try:
        film = plex.fetchItem(TOLD["hamlet"])
        # Told again until somebody listens: plexapi does not say when it is connected.
        for minute in range(1, 100):
            film.updateTimeline(minute * 60_000, state="playing")
            try:
                alert = heard.get(timeout=0.2)
                break
            except queue.Empty:
                continue
        entry, = alert["PlaySessionStateNotification"]
        assert (alert["type"], entry["ratingKey"], entry["state"]) == ("playing", str(film.ratingKey), "playing")
        assert "Hamlet & Co" in titles(plex.sessions())
        film.updateTimeline(film.duration, state="stopped")
        while entry["state"] != "stopped":
            entry, = heard.get(timeout=5).get("PlaySessionStateNotification", [entry])
        assert titles(plex.sessions()) == ["Magic Xylophone"]
        assert plex.history(maxresults=1)[0].title == "Hamlet & Co"
        film.markUnplayed()
        assert not film.reload().isPlayed
    finally:
        listener.stop()


def the_account(plex):
    refuses(Unauthorized, lambda: MyPlexAccount(token="nobody", session=session()))
    account = MyPlexAccount(token=TOLD["owner"]["account"], session=session())
    assert (account.title, account.homeSize, account.subscriptionActive) == ("Anna", 2, True)
    assert account.ping() is True

    resource, = account.resources()
    assert resource.clientIdentifier == TOLD["machine"] and resource.owned is True
    assert resource.accessToken == TOLD["owner"]["server"]
    assert resource.connections[0].uri == URL
    assert sorted(user.title for user in account.users()) == ["Bob", "Kid"]
    bob = account.user("Bob")
    assert bob.get_token(TOLD["machine"]) == TOLD["friend"]["server"]

    assert titles(account.watchlist()) == ["Bluey", "The Menu"]
    assert titles(account.watchlist(libtype="movie")) == ["The Menu"]
    menu = account.watchlist(libtype="movie")[0]
    assert account.onWatchlist(menu)
    account.removeFromWatchlist(menu)
    assert titles(account.watchlist()) == ["Bluey"]
    dune = plex.fetchItem(TOLD["dune"])
    account.addToWatchlist(dune)
    assert account.watchlist()[0].guid == dune.guid

    refuses(BadRequest, lambda: account.switchHomeUser("Kid"))
    kid = account.switchHomeUser("Kid", pin="1234")
    assert kid.title == "Kid" and kid.restricted is True and kid.watchlist() == []


def the_friend():
    plex = PlexServer(URL, TOLD["friend"]["server"])
    assert titles(plex.library.sections()) == ["TV Shows"]
    assert titles(plex.library.onDeck()) == ["Magic Xylophone"]
    refuses(BadRequest, plex.sessions)
    refuses(NotFound, lambda: plex.fetchItem(TOLD["dune"]))


def what_goes_wrong(plex):
    rule = {"path": "/library/onDeck", "times": 1, "fault": "page", "status": 502}
    requests.post(f"{URL}/_faults", json=rule, timeout=10).raise_for_status()
    refuses(BadRequest, plex.library.onDeck)
    assert titles(plex.library.onDeck())


server = the_server()
the_alerts(server)
the_account(server)
the_friend()
what_goes_wrong(server)
