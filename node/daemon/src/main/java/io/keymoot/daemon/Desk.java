package io.keymoot.daemon;

import io.keymoot.admission.certificate.CheckedText;
import io.keymoot.daemon.api.Ask;
import io.keymoot.daemon.api.Body;
import io.keymoot.daemon.api.EventLog;
import io.keymoot.daemon.api.Times;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Problem;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.heartbeat.Colour;
import io.keymoot.peer.Pending;
import io.keymoot.runtime.GroupNode;
import io.keymoot.runtime.GroupView;
import io.keymoot.runtime.Member;
import io.keymoot.runtime.NodeBusy;
import io.keymoot.runtime.NodeEvent;
import io.keymoot.runtime.NodeState;
import io.keymoot.runtime.NodeStopped;
import io.keymoot.runtime.NotNow;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the node does and knows, in the API's words. It holds no protocol: it asks, waits, names and
 * remembers when.
 *
 * <p>Long, but whole: each route that the node answers has its one method here, and all of them
 * share who is meant by a name, and what the group is at one moment.
 */
final class Desk {
  private static final int TEXT_CHARACTERS = 32 << 10;
  private static final int DEVICE_CHARACTERS = 80;
  private static final int ID_CHARACTERS = 80;
  private static final int WAIT_MILLIS = 60_000;

  private final GroupNode node;
  private final Turns turns = new Turns();
  private final Chronicle chronicle;
  private final Acquaintances acquaintances;
  private final InstantSource clock;
  private final String cluster;
  private final String ownName;
  private final Fingerprint ownDevice;

  Desk(
      GroupNode node,
      String cluster,
      Fingerprint ownDevice,
      String ownName,
      EventLog log,
      Memory memory,
      InstantSource clock) {
    this.node = node;
    this.cluster = cluster;
    this.ownDevice = ownDevice;
    this.ownName = ownName;
    this.acquaintances = memory.acquaintances();
    this.clock = clock;
    this.chronicle = new Chronicle(node, turns, cluster, log, memory, clock, ownDevice, ownName);
  }

  Chronicle chronicle() {
    return chronicle;
  }

  boolean isReady() {
    NodeState state = node.status().state();
    return state == NodeState.SETTLED || state == NodeState.REKEYING;
  }

  // ---- looking

  CompletionStage<JsonObject> status(Instant started) {
    return all()
        .thenApply(
            now -> {
              NodeEvent.Status status = node.status();
              Optional<GroupView> view = now.view;
              long heard =
                  now.members.stream()
                      .filter(
                          m -> m.isThisDevice() || m.presence().equals(Optional.of(Colour.FRESH)))
                      .count();
              JsonArray hints = new JsonArray();
              // Who is out hears nobody, as it should be.
              now.members.stream()
                  .filter(m -> status.state() != NodeState.OUT)
                  .filter(m -> m.presence().filter(colour -> colour != Colour.FRESH).isPresent())
                  .forEach(m -> hints.add(chronicle.name(m) + " is not heard."));
              chronicle.hints().forEach(hints::add);
              return new JsonObject()
                  .put("device", CheckedText.of(ownDevice))
                  .put("name", ownName)
                  .put("group", view.map(this::group).orElse(null))
                  .put("state", word(status.state()))
                  .put("cause", status.state() == NodeState.SETTLED ? "" : chronicle.why(status))
                  .put("since", Times.text(chronicle.stateSince(status.state())))
                  .put("members", now.members.size())
                  .put("heard", heard)
                  .put(
                      "epoch",
                      view.flatMap(each -> each.inUse().flatMap(id -> epoch(each, id, now)))
                          .orElse(null))
                  .put("lastRekey", chronicle.lastCost().orElse(null))
                  .put("lastExpulsion", chronicle.lastExpulsion().orElse(null))
                  .put("waiting", now.pending.size())
                  .put("hints", hints)
                  .put("started", Times.text(started));
            });
  }

  private JsonObject group(GroupView view) {
    return new JsonObject()
        .put("id", view.group().hash().toHex())
        .put("name", view.name())
        .put("profile", view.profile().name().toLowerCase(Locale.ROOT))
        .put("expelVoices", view.rights().expelApprovals())
        .put("expelRole", view.rights().expelRole().orElse(null))
        .put("cluster", cluster);
  }

  CompletionStage<JsonObject> members() {
    return all()
        .thenCombine(
            securityCode(),
            (now, code) -> {
              JsonArray members = new JsonArray();
              for (Member member : now.members) {
                members.add(member(member, now));
              }
              return new JsonObject()
                  .put("members", members)
                  .put("securityCode", code.orElse(null));
            });
  }

  private CompletionStage<Optional<String>> securityCode() {
    return node.securityCode()
        .handle((code, none) -> Optional.ofNullable(code).map(Object::toString));
  }

  private JsonObject member(Member member, Now now) {
    Optional<GroupView.Presence> presence =
        now.view.stream()
            .flatMap(view -> view.members().stream())
            .filter(each -> each.member().equals(member.id()))
            .findFirst();
    boolean quiet = member.presence().filter(colour -> colour != Colour.FRESH).isPresent();
    return new JsonObject()
        .put("device", CheckedText.of(member.device()))
        .put("brief", CheckedText.brief(member.device()))
        .put("name", chronicle.name(member))
        .put("self", member.isThisDevice())
        .put(
            "verified",
            member.isThisDevice()
                ? "self"
                : acquaintances.knows(member.device()) ? "verified" : "unverified")
        .put(
            "verifiedSince",
            acquaintances
                .since(member.device())
                .filter(at -> !member.isThisDevice())
                .map(Times::text)
                .orElse(null))
        .put("since", Times.text(chronicle.since(member.id())))
        .put("state", quiet ? "quiet" : "here")
        .put("lastHeardMillis", presence.flatMap(GroupView.Presence::heardMillisAgo).orElse(null))
        .put("address", presence.flatMap(GroupView.Presence::address).orElse(null))
        .put("roles", new JsonArray(List.copyOf(member.roles())))
        .put("holdsEpoch", presence.map(GroupView.Presence::holdsNewest).orElse(false))
        .put(
            "credential",
            switch (member.standing()) {
              case VERIFIED ->
                  "certified"
                      + (member.roles().isEmpty() ? "" : ": " + String.join(", ", member.roles()));
              case SELF_MADE -> "nobody vouches for it";
              case UNCHECKED -> "not seen yet";
              case REFUSED -> "not valid";
            });
  }

  CompletionStage<JsonObject> epochs() {
    return all()
        .thenApply(
            now -> {
              JsonArray epochs = new JsonArray();
              for (FactId id : chronicle.epochs()) {
                now.view.flatMap(view -> epoch(view, id, now)).ifPresent(epochs::add);
              }
              return new JsonObject().put("epochs", epochs);
            });
  }

  private Optional<JsonObject> epoch(GroupView view, FactId id, Now now) {
    Optional<Chronicle.Seen> seen = chronicle.seen(id);
    if (seen.isEmpty()) {
      return Optional.empty();
    }
    Optional<GroupView.Epoch> usable =
        view.epochs().stream().filter(each -> each.id().equals(id)).findFirst();
    boolean current = view.inUse().equals(Optional.of(id));
    return Optional.of(
        new JsonObject()
            .put("id", id.hash().toHex())
            .put("revision", usable.map(GroupView.Epoch::revision).orElse(seen.get().revision()))
            .put("by", usable.map(each -> chronicle.nameOf(each.by())).orElse(seen.get().by()))
            .put("at", Times.text(seen.get().at()))
            .put("current", current)
            .put("clean", usable.isPresent())
            .put("usable", usable.isPresent())
            .put("held", usable.map(GroupView.Epoch::held).orElse(0))
            .put("of", now.members.size())
            .put("cost", seen.get().cost()));
  }

  CompletionStage<JsonObject> table() {
    return all()
        .thenApply(
            now -> {
              GroupView view =
                  now.view.orElseThrow(
                      () ->
                          new Problem(
                              ErrorCode.NOT_IN_GROUP,
                              "There is no table: " + node.status().cause() + '.',
                              "Wait until this device is in the group."));
              int bits = view.profile().symbolBits();
              JsonArray slots = new JsonArray();
              for (GroupView.SlotNow slot : view.slots()) {
                slots.add(
                    new JsonObject()
                        .put("position", slot.slot().position())
                        .put("symbol", slot.slot().symbol())
                        .put("mine", slot.mine())
                        .put("hasKey", slot.hasKey())
                        .put("clean", slot.clean())
                        .put("held", slot.held())
                        .put("members", slot.members())
                        .put("keyHolder", slot.keyHolder().map(chronicle::nameOf).orElse(null))
                        .put("resealedBy", slot.resealedBy().map(chronicle::nameOf).orElse(null))
                        .put("at", chronicle.resealed(slot.slot()).map(Times::text).orElse(null)));
              }
              JsonArray address = new JsonArray();
              for (int position = 0; position < view.positions(); position++) {
                address.add(view.self().hash().symbol(position, bits));
              }
              return new JsonObject()
                  .put("radix", view.profile().radix())
                  .put("positions", view.positions())
                  .put("address", address)
                  .put("slots", slots);
            });
  }

  // ---- people who wait

  CompletionStage<JsonObject> pending() {
    return node.pending()
        .thenApply(
            all -> {
              JsonArray pending = new JsonArray();
              all.forEach(each -> pending.add(chronicle.json(each)));
              return new JsonObject().put("pending", pending);
            });
  }

  CompletionStage<JsonObject> answer(Ask ask, boolean yes) {
    ask.body().only("id");
    String id = ask.body().needed("id", ID_CHARACTERS);
    return node.pending()
        .thenCompose(
            all -> node.answer(waiting(id, all).ticket(), yes, ownName).thenApply(none -> done()));
  }

  /**
   * By the id of the question, or by the device that asks where it asks one thing alone. Of a
   * device, as much must be given as nobody can make another key to match: seven letters are not.
   */
  private static Pending waiting(String id, List<Pending> all) {
    List<Pending> byId = all.stream().filter(each -> Chronicle.pendingId(each).equals(id)).toList();
    List<Pending> fitting =
        byId.isEmpty()
            ? all.stream().filter(each -> CheckedText.means(id, each.device())).toList()
            : byId;
    if (fitting.isEmpty()) {
      throw new Problem(
          ErrorCode.NO_SUCH_PENDING,
          "Nobody waits as '" + id + "'.",
          "'keymoot pending' lists who does; questions end after ten minutes.");
    }
    if (byId.isEmpty() && !CheckedText.isEnough(id)) {
      throw new Problem(
          ErrorCode.BAD_REQUEST,
          "'" + id + "' is too little of a fingerprint to decide by: other keys can begin so.",
          "Give its first four groups, as the device itself shows them; or the id of the question,"
              + " once they were compared: 'keymoot pending' lists both.");
    }
    if (fitting.size() > 1) {
      throw new Problem(
          ErrorCode.AMBIGUOUS,
          "'" + id + "' waits with " + fitting.size() + " questions.",
          "Name the one meant by its id: 'keymoot pending' lists them.");
    }
    return fitting.get(0);
  }

  // ---- acting

  CompletionStage<JsonObject> send(Ask ask) {
    Body body = ask.body();
    body.only("text", "base64");
    Optional<String> text = body.text("text", TEXT_CHARACTERS);
    Optional<String> base64 = body.text("base64", 2 * TEXT_CHARACTERS);
    if (text.isPresent() == base64.isPresent()) {
      throw bad("A message is either 'text' or 'base64'.");
    }
    byte[] bytes;
    try {
      bytes =
          text.map(each -> each.getBytes(StandardCharsets.UTF_8))
              .orElseGet(() -> Base64.getDecoder().decode(base64.orElse("")));
    } catch (IllegalArgumentException e) {
      throw bad("'base64' is no Base64.");
    }
    if (bytes.length > TEXT_CHARACTERS) {
      throw new Problem(
          ErrorCode.TOO_LARGE,
          "A message has " + TEXT_CHARACTERS + " bytes at most.",
          "Send it in parts.");
    }
    return switch (node.send(Bytes.owning(bytes))) {
      case SENT -> CompletableFuture.completedStage(done());
      case HELD ->
          CompletableFuture.completedStage(
              done()
                  .put("note", "Not sent yet, it waits for a key: " + node.status().cause() + '.'));
      case FULL ->
          throw node.status().state() == NodeState.SETTLED
              ? new Problem(
                  ErrorCode.NOT_NOW,
                  "More is sent than the network takes, or than the others can open.",
                  "Send it again in a moment, and less of it.")
              : new Problem(
                  ErrorCode.NOT_NOW,
                  "As many messages wait for a key as may: " + node.status().cause() + '.',
                  "Send it again when the state is settled.");
      case OUT -> throw notIn();
    };
  }

  private Problem notIn() {
    return new Problem(
        ErrorCode.NOT_IN_GROUP,
        "This device is not in the group: " + chronicle.why(node.status()) + '.',
        chronicle.wasPutOut()
            ? "It can come back when those who put it out pardon it: keymoot pardon. Then start its"
                + " daemon again."
            : "Start the daemon again to ask to be let in.");
  }

  CompletionStage<JsonObject> rekey(Ask ask) {
    ask.body().only();
    requireIn();
    return node.rekey().thenApply(nothing -> done());
  }

  CompletionStage<JsonObject> leave() {
    return node.members().thenCompose(members -> node.leave().thenApply(nothing -> left(members)));
  }

  private static JsonObject left(List<Member> members) {
    if (members.stream().noneMatch(Member::isThisDevice)) {
      return done().put("note", "This device was not in the group. Its daemon ends.");
    }
    return members.size() == 1
        ? done().put("note", "Left. Nobody else was in the group, so it is no more.")
        : done();
  }

  CompletionStage<JsonObject> evict(Ask ask) {
    Body body = ask.body();
    body.only("device", "wait");
    int wait = body.number("wait", 0, WAIT_MILLIS, 5_000);
    String named = body.needed("device", DEVICE_CHARACTERS);
    requireIn();
    return member(named)
        .thenCompose(
            who -> {
              if (who.isThisDevice()) {
                throw new Problem(
                    ErrorCode.BAD_REQUEST,
                    "This device cannot put itself out.",
                    "To go: keymoot leave");
              }
              Instant wish = clock.instant();
              CompletionStage<Optional<Duration>> out = chronicle.whenOut(who.id(), wish, wait);
              return node.evict(who.device())
                  .thenCompose(nothing -> out)
                  .thenCompose(window -> all().thenApply(now -> evicted(who, wish, window, now)));
            });
  }

  private JsonObject evicted(Member who, Instant wish, Optional<Duration> window, Now now) {
    boolean out =
        window.isPresent() || now.members.stream().noneMatch(each -> each.id().equals(who.id()));
    if (!out) {
      chronicle
          .refusedToPutOut(who.device(), wish)
          .ifPresent(
              refusal -> {
                throw new Problem(ErrorCode.NOT_ALLOWED, refusal.reason(), refusal.remedy());
              });
    }
    JsonObject json =
        new JsonObject()
            .put("device", CheckedText.of(who.device()))
            .put("out", out)
            .put("windowMillis", window.map(Duration::toMillis).orElse(null));
    return out
        ? json
        : json.put(
            "cause",
            "the group's rights ask for more voices than this one. Others add theirs with"
                + " 'keymoot approve'.");
  }

  CompletionStage<JsonObject> pardon(Ask ask) {
    ask.body().only("device");
    String named = ask.body().needed("device", DEVICE_CHARACTERS);
    requireIn();
    return node.view()
        .thenCompose(view -> node.pardon(shutOut(named, view)))
        .thenApply(nothing -> done());
  }

  private Fingerprint shutOut(String named, Optional<GroupView> view) {
    return theOne(
        view.stream().flatMap(each -> each.barred().stream()),
        device ->
            chronicle.nameOf(device).equalsIgnoreCase(named) || CheckedText.means(named, device),
        () ->
            new Problem(
                ErrorCode.NO_SUCH_MEMBER,
                "Nobody who was put out is called '" + named + "'.",
                "'keymoot events' tells who was put out lately; any is known by its fingerprint."),
        " that were put out are called '" + named + "'.");
  }

  CompletionStage<JsonObject> approve(Ask ask) {
    ask.body().only("device");
    String named = ask.body().needed("device", DEVICE_CHARACTERS);
    requireIn();
    return member(named)
        .thenCompose(who -> node.approve(who.device()))
        .thenApply(nothing -> done());
  }

  CompletionStage<JsonObject> verify(Ask ask) {
    ask.body().only("device", "match");
    Optional<Boolean> match = ask.body().yesOrNo("match");
    String named = ask.body().needed("device", DEVICE_CHARACTERS);
    return member(named)
        .thenApply(
            who -> {
              if (who.isThisDevice()) {
                throw new Problem(
                    ErrorCode.BAD_REQUEST,
                    "This device needs no verifying here.",
                    "Name another one: 'keymoot members' lists who there is.");
              }
              match.ifPresent(same -> acquaintances.record(who.device(), same));
              return new JsonObject()
                  .put("device", CheckedText.of(who.device()))
                  .put("code", Acquaintances.code(ownDevice, who.device()))
                  .put("verified", acquaintances.knows(who.device()));
            });
  }

  private void requireIn() {
    if (node.status().state() == NodeState.OUT) {
      throw notIn();
    }
    if (node.status().state() == NodeState.SYNCING) {
      throw new Problem(
          ErrorCode.NOT_NOW,
          "This device is not in the group yet: " + node.status().cause() + '.',
          "Wait until 'keymoot status' says settled.");
    }
  }

  // ---- who is meant

  private CompletionStage<Member> member(String named) {
    return node.members()
        .thenApply(
            all ->
                theOne(
                    all.stream(),
                    each ->
                        chronicle.name(each).equalsIgnoreCase(named)
                            || CheckedText.means(named, each.device()),
                    () ->
                        new Problem(
                            ErrorCode.NO_SUCH_MEMBER,
                            "Nobody in the group is called '" + named + "'.",
                            "'keymoot members' lists who there is."),
                    " members are called '" + named + "'."));
  }

  private static <T> T theOne(
      Stream<T> all, Predicate<T> isMeant, Supplier<Problem> nobody, String several) {
    List<T> fitting = all.filter(isMeant).toList();
    if (fitting.isEmpty()) {
      throw nobody.get();
    }
    if (fitting.size() > 1) {
      throw new Problem(
          ErrorCode.AMBIGUOUS, fitting.size() + several, "Name the one meant by its fingerprint.");
    }
    return fitting.get(0);
  }

  // ---- all at one moment

  private record Now(List<Member> members, Optional<GroupView> view, List<Pending> pending) {}

  private CompletionStage<Now> all() {
    return turns.take(
        () ->
            node.members()
                .thenCombine(node.view(), (members, view) -> new Now(members, view, List.of()))
                .thenCombine(
                    node.pending(), (now, pending) -> new Now(now.members, now.view, pending)),
        now -> {
          now.members.forEach(
              member -> chronicle.met(member.id(), chronicle.name(member), member.device()));
          now.view.ifPresent(chronicle::saw);
        });
  }

  // ---- words

  static String word(NodeState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  static JsonObject done() {
    return new JsonObject().put("done", true);
  }

  private static Problem bad(String detail) {
    return new Problem(ErrorCode.BAD_REQUEST, detail, "See /v1/openapi.yaml.");
  }

  /** What the node throws, in the words of the API. */
  static Throwable explained(Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    return switch (cause) {
      case NotNow notNow ->
          new Problem(
              ErrorCode.NOT_NOW, String.valueOf(notNow.getMessage()), "Try again in some seconds.");
      case NodeBusy busy ->
          new Problem(ErrorCode.NOT_NOW, "The node is busy.", "Try again in some seconds.");
      case NodeStopped stopped ->
          new Problem(
              ErrorCode.STOPPED,
              String.valueOf(stopped.getMessage()),
              "See the daemon's log, and start it again.");
      default -> cause;
    };
  }

  static @Nullable String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
