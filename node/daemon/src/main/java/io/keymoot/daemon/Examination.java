package io.keymoot.daemon;

import io.keymoot.admission.WallTime;
import io.keymoot.admission.certificate.Certificate;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Places;
import io.keymoot.daemon.setting.PrivateFiles;
import io.keymoot.daemon.setting.Problem;
import io.keymoot.daemon.setting.Setting;
import io.keymoot.daemon.setting.Settings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Looks for what is wrong on this device, and says what to do. Each look is tried, none assumed.
 */
final class Examination {
  private static final int CONNECT_MILLIS = 1_000;
  private static final Duration SOON = Duration.ofDays(30);
  private static final Instant NOT_BEFORE = Instant.parse("2026-01-01T00:00:00Z");

  private final Places places;
  private final Settings settings;
  private final Optional<JsonObject> status;
  private final Optional<JsonObject> members;
  private final Instant now;
  private final JsonArray findings = new JsonArray();
  private boolean healthy = true;

  /**
   * @param status of the daemon that runs over these places; none if none answers
   */
  private Examination(
      Places places,
      Settings settings,
      Optional<JsonObject> status,
      Optional<JsonObject> members,
      Instant now) {
    this.places = places;
    this.settings = settings;
    this.status = status;
    this.members = members;
    this.now = now;
  }

  static JsonObject of(
      Places places,
      Settings settings,
      Optional<JsonObject> status,
      Optional<JsonObject> members,
      Instant now) {
    Examination all = new Examination(places, settings, status, members, now);
    all.look("files", all::files);
    all.look("policy", all::policy);
    all.look("revocation", all::revocation);
    all.look("hook", all::hook);
    all.look("certificate", all::certificate);
    all.look("clock", all::clock);
    all.look("ports", all::ports);
    all.look("multicast", all::multicast);
    all.look("peers", all::peers);
    all.look("group", all::daemon);
    return new JsonObject().put("healthy", all.healthy).put("findings", all.findings);
  }

  /** A setting that cannot be used is found like all else, and keeps no other look from being. */
  private void look(String about, Runnable look) {
    try {
      look.run();
    } catch (Problem e) {
      wrong(about, e.detail(), e.remedy());
    }
  }

  // ---- what is on disk

  private void files() {
    boolean wasHealthy = healthy;
    for (Path secret :
        List.of(
            places.token(), places.mediaToken(), places.identity(settings).resolve("key.pem"))) {
      try {
        if (Files.exists(secret) && !PrivateFiles.isPrivate(secret)) {
          wrong(
              "files",
              "Other users can read or change " + secret + '.',
              "chmod 600 " + secret + "; if somebody may have done so, make a new one.");
        }
      } catch (IOException e) {
        wrong("files", secret + ": " + PrivateFiles.why(e) + '.', "Mend the file's rights.");
      }
    }
    Path folder = Files.exists(places.state()) ? places.state() : places.state().getParent();
    if (folder != null && Files.exists(folder) && !Files.isWritable(folder)) {
      wrong(
          "files",
          "This user cannot write in " + folder + '.',
          "Give it the folder, or name another with --state.");
    } else if (healthy == wasHealthy) {
      good("files", "Keys and tokens are readable by their owner alone.");
    }
  }

  private void policy() {
    Path file = places.policy(settings);
    try {
      Policy.read(places, settings);
      if (Files.exists(file)) {
        good("policy", file + " has no errors.");
      } else if (settings.has(Setting.ANCHORS)) {
        good(
            "policy",
            "There is no "
                + file
                + ": who has a certificate of the anchors is let in, and the owner is asked who is"
                + " to be put out.");
      } else {
        note(
            "policy",
            "There is no " + file + ": the owner is asked about everybody (keymoot pending).",
            "Write one if nobody is there to be asked.");
      }
    } catch (Problem e) {
      wrong("policy", e.detail(), e.remedy());
    }
  }

  private void revocation() {
    Rulebook rules;
    try {
      rules = Rulebook.read(places, settings);
    } catch (Problem e) {
      if (e.code() != ErrorCode.BAD_POLICY) {
        throw e;
      }
      return; // said by policy()
    }
    List<Rulebook.Caution> cautions = rules.cautions(new WallTime(now.getEpochSecond()));
    for (Rulebook.Caution each : cautions) {
      if (each.isWrong()) {
        wrong("revocation", each.found(), each.remedy());
      } else {
        note("revocation", each.found(), each.remedy());
      }
    }
    if (cautions.isEmpty() && !rules.lists().isEmpty()) {
      good("revocation", rules.lists().counted() + " at hand, and none is out of date.");
    }
  }

  private void hook() {
    Hook.program(settings)
        .ifPresent(
            program ->
                good("hook", program + " is run at: " + settings.get(Setting.HOOK_EVENTS) + '.'));
  }

  private void certificate() {
    if (!Files.exists(places.identity(settings).resolve("key.pem"))) {
      note("certificate", "This device has no key yet.", "'keymoot id' makes one.");
      return;
    }
    try (DeviceKey device = DeviceKey.open(places.identity(settings))) {
      if (device.chain().isEmpty()) {
        note(
            "certificate",
            "Nobody certified this device: only open groups and groups with invites take it.",
            "'keymoot ca request' asks for a certificate.");
        return;
      }
      Certificate own = device.chain().get(0);
      Instant until = Instant.ofEpochSecond(own.notAfter().epochSecond());
      Instant from = Instant.ofEpochSecond(own.notBefore().epochSecond());
      String remedy = "Have it renewed over the same key, then: keymoot id --certificate FILE";
      if (now.isAfter(until)) {
        wrong(
            "certificate", "The certificate of this device ended " + own.notAfter() + '.', remedy);
      } else if (now.isBefore(from)) {
        wrong(
            "certificate",
            "The certificate of this device begins only " + own.notBefore() + '.',
            "See that the clock of this device is right.");
      } else if (now.plus(SOON).isAfter(until)) {
        note("certificate", "The certificate of this device ends " + own.notAfter() + '.', remedy);
      } else {
        good("certificate", own.shown() + " is certified until " + own.notAfter() + '.');
      }
    } catch (Problem e) {
      wrong("certificate", e.detail(), e.remedy());
    }
  }

  /** A clock that is far off turns good certificates down. There is nobody to ask the time here. */
  private void clock() {
    Instant newest = NOT_BEFORE;
    for (Path each : List.of(places.token(), places.api(), places.settings())) {
      try {
        if (Files.exists(each)) {
          Instant written = Files.getLastModifiedTime(each).toInstant();
          newest = written.isAfter(newest) ? written : newest;
        }
      } catch (IOException e) {
        // said by files()
      }
    }
    Instant seconds = now.truncatedTo(ChronoUnit.SECONDS);
    if (now.plusSeconds(60).isBefore(newest)) {
      wrong(
          "clock",
          "The clock says " + seconds + ", which is before files here were written.",
          "Set the clock; have it kept by NTP.");
    } else {
      good("clock", "The clock says " + seconds + " and has not gone back.");
    }
  }

  // ---- the network

  private void ports() {
    if (status.isPresent()) {
      good("api", "A daemon answers over " + places.state() + '.');
    } else {
      InetSocketAddress api = settings.address(Setting.API);
      note("api", "No daemon answers over " + places.state() + '.', "Start one: keymoot run");
      if (canListen(api)) {
        good("ports", "The API's port " + api.getPort() + " is free.");
      } else {
        wrong(
            "ports",
            "Something else listens at " + settings.get(Setting.API) + ", or this user may not.",
            "Name another place with the setting 'api', such as 127.0.0.1:0.");
      }
      if (settings.get(Setting.TRANSPORT).equals("tcp")) {
        InetSocketAddress own =
            new InetSocketAddress(Links.bind(settings), settings.number(Setting.PORT, 0, 65_535));
        if (!canListen(own)) {
          wrong(
              "ports",
              "The port " + own.getPort() + " for the others is taken.",
              "Name another with the setting 'port'.");
        }
      }
    }
    if (!settings.address(Setting.API).getAddress().isLoopbackAddress()) {
      note(
          "api",
          "The API listens where other machines can reach it (" + settings.get(Setting.API) + ").",
          "Set 'api = 127.0.0.1:8471' unless that is meant.");
    }
  }

  private static boolean canListen(InetSocketAddress at) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(at);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void multicast() {
    if (!settings.get(Setting.TRANSPORT).equals("udp")) {
      return;
    }
    InetAddress bind = Links.bind(settings);
    InetSocketAddress group = settings.address(Setting.MULTICAST);
    if (Links.multicastWorks(bind, group)) {
      good("multicast", "Multicast leaves and comes back at " + bind.getHostAddress() + '.');
    } else {
      wrong(
          "multicast",
          "What is sent to "
              + group.getAddress().getHostAddress()
              + " over "
              + bind.getHostAddress()
              + " does not come back.",
          "Set 'bind' to an address of a network with multicast; or use TCP: 'transport = tcp' and"
              + " 'peers'.");
    }
  }

  private void peers() {
    for (InetSocketAddress peer : settings.addresses(Setting.PEERS)) {
      try (Socket socket = new Socket()) {
        socket.connect(peer, CONNECT_MILLIS);
        good("peers", peer.getHostString() + ':' + peer.getPort() + " takes connections.");
      } catch (IOException e) {
        wrong(
            "peers",
            peer.getHostString() + ':' + peer.getPort() + " does not: " + e.getMessage() + '.',
            "See that it runs, and that no firewall is between.");
      }
    }
    members.stream()
        .flatMap(all -> all.getJsonArray("members").stream())
        .map(JsonObject.class::cast)
        .filter(member -> member.getString("state").equals("quiet"))
        .forEach(
            member ->
                wrong(
                    "peers",
                    Console.safe(member.getString("name")) + " is a member and is not heard.",
                    "See whether it runs and is on this network; if it will not come back:"
                        + " keymoot evict"));
  }

  private void daemon() {
    status.ifPresent(
        now -> {
          String state = now.getString("state");
          if (state.equals("settled")) {
            good("group", "In the group, with a key that may be sent under.");
          } else if (!state.equals("rekeying")) {
            wrong(
                "group",
                "The daemon is " + state + ": " + Console.safe(now.getString("cause")),
                state.equals("out")
                    ? "Start it again to ask to be let in; an expelled device needs a new identity."
                    : "Wait some seconds; if it stays so, see whether the others are reachable.");
          }
        });
  }

  // ----

  private void good(String about, String found) {
    add(about, "good", found, "");
  }

  private void note(String about, String found, String remedy) {
    add(about, "note", found, remedy);
  }

  private void wrong(String about, String found, String remedy) {
    healthy = false;
    add(about, "wrong", found, remedy);
  }

  private void add(String about, String level, String found, String remedy) {
    findings.add(
        new JsonObject()
            .put("about", about)
            .put("level", level)
            .put("found", found)
            .put("remedy", remedy));
  }

  static Stream<JsonObject> findings(JsonObject examination) {
    return examination.getJsonArray("findings").stream().map(JsonObject.class::cast);
  }
}
