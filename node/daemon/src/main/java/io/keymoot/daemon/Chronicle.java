package io.keymoot.daemon;

import io.keymoot.admission.Errand;
import io.keymoot.admission.Question;
import io.keymoot.admission.Renewal;
import io.keymoot.admission.Ticket;
import io.keymoot.admission.certificate.CheckedText;
import io.keymoot.daemon.api.EventLog;
import io.keymoot.daemon.api.Times;
import io.keymoot.daemon.setting.Problem;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.frame.Opening;
import io.keymoot.flatkeying.keying.CoverReport;
import io.keymoot.heartbeat.Freshness;
import io.keymoot.peer.Pending;
import io.keymoot.runtime.EventFeed;
import io.keymoot.runtime.From;
import io.keymoot.runtime.GroupNode;
import io.keymoot.runtime.GroupView;
import io.keymoot.runtime.Member;
import io.keymoot.runtime.NodeEvent;
import io.keymoot.runtime.NodeState;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Remembers when things happened, by the clock of this device, and tells the log in the API's
 * words. The node's facts know no time.
 *
 * <p>Long, but whole: each event of the node has its one line here, and its words.
 */
final class Chronicle implements EventFeed.Listener<NodeEvent> {
  private static final int EPOCHS = 50;
  private static final int MEMBERS = 20_000;

  /** By then the node has asked for them, again and again. */
  private static final long NAMES_MILLIS = 1_500;

  private static final long LOOK_SECONDS = 10;

  /** Who came and went between two looks. */
  static final String NOT_KNOWN = "a device that has gone";

  /** Of those whom an entry of a cover reaches. */
  private static final int NAMED = 12;

  /** After ten minutes the policy drops a question; see AdmissionLimits. */
  private static final Duration QUESTION = Duration.ofMinutes(10);

  /**
   * @param by who made it, where known
   * @param cost where this node made it, or saw it come
   */
  record Seen(Instant at, int revision, @Nullable String by, @Nullable JsonObject cost) {}

  private record Acquaintance(Instant since, String name, Fingerprint device) {}

  /** This device's policy does not want somebody out. */
  record Refusal(Fingerprint device, Instant at, String reason, String remedy) {}

  private record Departure(String name, Fingerprint device, Instant at) {}

  private final GroupNode node;
  private final Turns turns;
  private final String cluster;
  private final EventLog log;
  private final Memory memory;
  private final InstantSource clock;
  private final Fingerprint ownDevice;
  private final String ownName;

  // All guarded by this.
  private final Map<MemberId, Acquaintance> met = new TreeMap<>();
  private final Map<FactId, Seen> epochs = new LinkedHashMap<>();
  private final Map<Ticket, Instant> asked = new TreeMap<>();
  private final Map<MemberId, CompletableFuture<Optional<Duration>>> leaving = new TreeMap<>();
  private final Map<MemberId, Departure> withoutKey = new TreeMap<>();
  private final Map<Slot, Instant> reseals = new HashMap<>();
  private Instant stateSince;
  private @Nullable NodeState state;
  private @Nullable JsonObject lastCost;
  private @Nullable JsonObject lastExpulsion;
  private @Nullable FactId inUse;
  private Instant inUseSince = Instant.EPOCH;
  private String hint = "";
  private boolean wasPutOut;
  private Optional<Refusal> lastRefusal = Optional.empty();

  /**
   * @param turns of all looks at the node that are remembered here
   * @param cluster where the group meets
   */
  Chronicle(
      GroupNode node,
      Turns turns,
      String cluster,
      EventLog log,
      Memory memory,
      InstantSource clock,
      Fingerprint ownDevice,
      String ownName) {
    this.node = node;
    this.turns = turns;
    this.cluster = cluster;
    this.log = log;
    this.memory = memory;
    this.clock = clock;
    this.ownDevice = ownDevice;
    this.ownName = ownName;
    this.stateSince = clock.instant();
  }

  // ---- what happens

  /** Over when all of it is told: what it takes to look at the node for it is waited for. */
  @Override
  public void event(long id, NodeEvent event) {
    switch (event) {
      case NodeEvent.Message message -> message(message);
      case NodeEvent.Unopened unopened -> unopened(unopened.why());
      case NodeEvent.Confirmed confirmed ->
          note(
              nameOf(confirmed.sender())
                  + " signed for "
                  + confirmed.numbers().size()
                  + " messages that came before.");
      case NodeEvent.Disowned disowned ->
          note(
              nameOf(disowned.sender())
                  + " did not send "
                  + disowned.numbers().size()
                  + " messages that came under its name: another member did.");
      case NodeEvent.Status status -> status(status);
      case NodeEvent.Hearing hearing -> hearing(hearing);
      case NodeEvent.Met met ->
          note("The group is " + met.group().hash().toHex().substring(0, 16) + '.');
      case NodeEvent.OtherGroup other ->
          note(
              "Another group of this name is near: "
                  + other.group().hash().toHex()
                  + (other.moves()
                      ? ". This device asks to be let in there."
                      : ". To be in that one instead, start the daemon with this id as 'group' and"
                          + " '"
                          + cluster
                          + "' as 'cluster'."));
      case NodeEvent.RosterChanged changed -> roster(changed);
      case NodeEvent.KeyInUse key -> keyInUse(key);
      case NodeEvent.Rekeyed rekeyed -> rekeyed(rekeyed);
      case NodeEvent.KeyCame came -> keyCame(came);
      case NodeEvent.Resealed resealed -> resealed(resealed);
      case NodeEvent.Waits waits -> asked(waits.about());
      case NodeEvent.Decided decided -> decided(decided);
      case NodeEvent.PolicyFaults wrong -> wrong.faults().forEach(this::note);
      case NodeEvent.InvitesAre are -> invites(are);
      case NodeEvent.RenewalIs renewal -> note(sentence(renewal.advice()));
      case NodeEvent.OtherVersion other -> note(other + ".");
      case NodeEvent.RosterDisagrees other ->
          note(
              nameOf(other.with())
                  + " has the same facts and another idea of who is in: please report this bug.");
      case NodeEvent.SetAside file ->
          note(file.file() + " was damaged (" + file.why() + ") and is now " + file.now() + '.');
      case NodeEvent.NotRead file -> note(file.file() + " cannot be read: " + file.why() + '.');
      case NodeEvent.NotWritten file ->
          note(
              file.file()
                  + " cannot be written ("
                  + file.why()
                  + "): after a restart this device would not know who was put out. It is tried"
                  + " again; see that its folder is writable, with room on its disk.");
      case NodeEvent.TooLargeToWrite file -> note(file + ".");
      case NodeEvent.WrittenAgain file -> note(file.file() + " is written again.");
      case NodeEvent.Refused refused ->
          log.publish(
              "refused",
              new JsonObject().putNull("device").put("reason", refused.why()).put("remedy", ""));
    }
  }

  @Override
  public void missed(long firstId, long lastId) {
    note((lastId - firstId + 1) + " events of the node came too fast to be told.");
  }

  private void note(String text) {
    log.publish("note", new JsonObject().put("text", text));
  }

  private void invites(NodeEvent.InvitesAre are) {
    try {
      memory.invites().keep(are.added(), are.uses());
    } catch (Problem notWritten) {
      note(notWritten.getMessage() + " After a restart, invites would be as they were before.");
    }
  }

  private void message(NodeEvent.Message message) {
    MemberId sender = message.from().sender();
    byte[] payload = message.payload().toArray();
    String text = Desk.utf8(payload);
    JsonObject json =
        new JsonObject()
            .put("from", deviceOf(sender).map(CheckedText::of).orElse(null))
            .put("name", nameOf(sender))
            .put("proved", message.from() instanceof From.AMember ? "sender" : "group");
    log.publish(
        "message",
        text == null
            ? json.put("base64", Base64.getEncoder().encodeToString(payload))
            : json.put("text", text));
  }

  static String sentence(Renewal.Advice advice) {
    return switch (advice) {
      case Renewal.Advice.SayHere here ->
          "The renewed certificate is in use, until "
              + here.until()
              + (here.lostRoles().isEmpty()
                  ? "."
                  : "; these roles are gone: " + String.join(", ", here.lostRoles()) + ".");
      case Renewal.Advice.KeepOld old -> "The renewed certificate was not taken: " + old.reason();
    };
  }

  private void unopened(Opening why) {
    log.publish(
        "unopened",
        new JsonObject().put("why", why.toString().toLowerCase(Locale.ROOT).replace('_', ' ')));
  }

  private void status(NodeEvent.Status status) {
    synchronized (this) {
      if (state == status.state()) {
        return;
      }
      state = status.state();
      stateSince = clock.instant();
    }
    if (status.state() == NodeState.OUT) {
      // The facts tell whether it was put out.
      await(turns.take(node::view, view -> view.ifPresent(this::saw)));
    }
    log.publish(
        "status",
        new JsonObject()
            .put("state", Desk.word(status.state()))
            .put("cause", status.state() == NodeState.SETTLED ? "" : why(status)));
  }

  /** The cause, in the words of whoever was put out. */
  String why(NodeEvent.Status status) {
    return status.state() == NodeState.OUT && wasPutOut()
        ? "the others put this device out"
        : status.cause();
  }

  synchronized boolean wasPutOut() {
    return wasPutOut;
  }

  private synchronized void hearing(NodeEvent.Hearing hearing) {
    hint =
        hearing.freshness() == Freshness.STALE
            ? "Only "
                + hearing.heard()
                + " of "
                + hearing.members()
                + " members are heard: the others may have gone on without this device."
            : "";
  }

  private void roster(NodeEvent.RosterChanged changed) {
    Instant now = clock.instant();
    List<JsonObject> expulsions = Collections.synchronizedList(new ArrayList<>());
    await(
        turns.take(
            () -> node.members().thenCombine(node.view(), Look::new),
            look -> {
              synchronized (this) {
                Map<MemberId, Instant> seen = new TreeMap<>();
                for (Member member : look.members) {
                  met(member.id(), name(member), member.device());
                  seen.put(member.id(), since(member.id()));
                }
                memory.sightings().are(seen);
                changed.went().forEach(gone -> wentAt(gone, now, look.view, expulsions));
              }
            }));
    log.publish(
        "roster",
        new JsonObject()
            .put("came", words(changed.came()))
            .put("went", words(changed.went()))
            .put("members", changed.members()));
    publish(List.copyOf(expulsions));
    if (!changed.came().isEmpty()) {
      learnNames();
    }
  }

  private record Look(List<Member> members, Optional<GroupView> view) {}

  /** A node that has stopped says so at once, and one that is stuck is not waited for for ever. */
  private static void await(CompletionStage<?> look) {
    var unused =
        look.toCompletableFuture()
            .copy()
            .orTimeout(LOOK_SECONDS, TimeUnit.SECONDS)
            .handle((done, failed) -> Optional.empty())
            .join();
  }

  /** What a newcomer shows of itself may come after it. */
  private void learnNames() {
    CompletableFuture.delayedExecutor(NAMES_MILLIS, TimeUnit.MILLISECONDS)
        .execute(
            () ->
                turns.take(
                    node::members,
                    members -> members.forEach(each -> met(each.id(), name(each), each.device()))));
  }

  /**
   * Guarded by this. One message may have told both, that a device is out and the key without it;
   * then that key is in use already.
   */
  private void wentAt(
      MemberId gone, Instant now, Optional<GroupView> view, List<JsonObject> expulsions) {
    Acquaintance who = met.get(gone);
    if (who == null
        || who.device().equals(ownDevice)
        || view.filter(each -> each.expelled().contains(who.device())).isEmpty()) {
      return;
    }
    Departure departure = new Departure(who.name(), who.device(), now);
    boolean isWithout =
        view.flatMap(GroupView::inUse).filter(key -> key.equals(inUse)).isPresent()
            && view.get().epochs().stream().anyMatch(epoch -> epoch.id().equals(inUse));
    if (isWithout) {
      expulsions.add(over(gone, departure, inUseSince));
    } else {
      withoutKey.put(gone, departure);
    }
  }

  /** Guarded by this. A key without this member is in use. */
  private JsonObject over(MemberId gone, Departure departure, Instant since) {
    Duration window =
        since.isBefore(departure.at) ? Duration.ZERO : Duration.between(departure.at, since);
    JsonObject expulsion = expulsion(departure, window.toMillis());
    lastExpulsion = expulsion;
    CompletableFuture<Optional<Duration>> waiting = leaving.remove(gone);
    if (waiting != null) {
      waiting.complete(Optional.of(window));
    }
    return expulsion;
  }

  /**
   * @param window null while no key without the device is in use
   */
  private static JsonObject expulsion(Departure departure, @Nullable Long window) {
    return new JsonObject()
        .put("device", CheckedText.of(departure.device))
        .put("name", departure.name)
        .put("at", Times.text(departure.at))
        .put("windowMillis", window);
  }

  private void publish(List<JsonObject> expulsions) {
    expulsions.forEach(each -> log.publish("expelled", new JsonObject().put("expulsion", each)));
  }

  private void keyInUse(NodeEvent.KeyInUse key) {
    List<JsonObject> expulsions = new ArrayList<>();
    synchronized (this) {
      Instant now = clock.instant();
      boolean fresh = !key.epoch().equals(inUse);
      inUse = key.epoch();
      Seen known = epochs.get(key.epoch());
      remember(
          key.epoch(),
          known == null
              ? new Seen(now, key.revision(), null, null)
              : new Seen(known.at, key.revision(), known.by, known.cost));
      if (fresh) {
        inUseSince = now;
        withoutKey.forEach((member, left) -> expulsions.add(over(member, left, now)));
        withoutKey.clear();
      }
    }
    publish(expulsions);
  }

  private void rekeyed(NodeEvent.Rekeyed rekeyed) {
    told(rekeyed.epoch(), rekeyed.cost(), ownName, Optional.of(ownDevice));
  }

  private void keyCame(NodeEvent.KeyCame came) {
    told(came.epoch(), came.cover(), nameOf(came.by()), deviceOf(came.by()));
  }

  private void told(FactId epoch, CoverReport report, String by, Optional<Fingerprint> device) {
    JsonObject cost;
    synchronized (this) {
      Instant now = clock.instant();
      cost = cost(epoch, report, by, device, now);
      lastCost = cost;
      Seen known = epochs.get(epoch);
      remember(
          epoch,
          new Seen(known == null ? now : known.at, known == null ? 0 : known.revision, by, cost));
    }
    log.publish("rekeyed", new JsonObject().put("cost", cost));
  }

  private void resealed(NodeEvent.Resealed resealed) {
    Instant now = clock.instant();
    JsonArray slots = new JsonArray();
    synchronized (this) {
      for (Slot slot : resealed.slots()) {
        reseals.put(slot, now);
        slots.add(new JsonObject().put("position", slot.position()).put("symbol", slot.symbol()));
      }
    }
    log.publish("resealed", new JsonObject().put("by", nameOf(resealed.by())).put("slots", slots));
  }

  /** Guarded by this. */
  private void remember(FactId epoch, Seen seen) {
    epochs.put(epoch, seen);
    if (epochs.size() > EPOCHS) {
      epochs.remove(epochs.keySet().iterator().next());
    }
  }

  private JsonObject cost(
      FactId epoch, CoverReport report, String by, Optional<Fingerprint> device, Instant at) {
    JsonArray lines = new JsonArray();
    report.lines().forEach(line -> lines.add(json(line)));
    return new JsonObject()
        .put("epoch", epoch.hash().toHex())
        .put("by", by)
        .put("device", device.map(CheckedText::of).orElse(null))
        .put("at", Times.text(at))
        .put("bytes", report.bytes())
        .put("lines", lines)
        .put("unreached", report.unreached().size());
  }

  private JsonObject json(CoverReport.Line line) {
    JsonObject json =
        new JsonObject()
            .put("kind", line.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'))
            .put("bytes", line.bytes())
            .put("reaches", line.reaches())
            .put("why", line.why())
            .put("to", words(line.members().subList(0, Math.min(NAMED, line.reaches()))));
    line.slot()
        .ifPresent(slot -> json.put("position", slot.position()).put("symbol", slot.symbol()));
    line.relay().ifPresent(relay -> json.put("relay", nameOf(relay)));
    return json;
  }

  // ---- people who wait

  private void asked(Pending about) {
    if (isAnsweredByWishing(about)) {
      return;
    }
    synchronized (this) {
      asked.putIfAbsent(about.ticket(), clock.instant());
    }
    log.publish("pending", new JsonObject().put("pending", json(about)));
  }

  /** The policy asks the owner, who has just said that this device is to put another one out. */
  private boolean isAnsweredByWishing(Pending about) {
    return about.purpose() == Question.Purpose.EXPEL
        && about.device().equals(ownDevice)
        && about.errands().stream().allMatch(errand -> errand instanceof Errand.AskPerson);
  }

  private void decided(NodeEvent.Decided decided) {
    boolean waited;
    synchronized (this) {
      waited = asked.remove(decided.about().ticket()) != null;
    }
    if (waited) {
      log.publish(
          "answered",
          new JsonObject()
              .put("pendingId", pendingId(decided.about()))
              .put("answer", decided.yes() ? "accepted" : "denied"));
    }
    if (!decided.yes() && decided.about().purpose() == Question.Purpose.EXPEL) {
      synchronized (this) {
        lastRefusal =
            Optional.of(
                new Refusal(
                    decided.about().target(), clock.instant(), decided.reason(), decided.remedy()));
      }
    }
    if (!decided.yes()) {
      log.publish(
          "turned-away",
          new JsonObject()
              .put("device", CheckedText.of(decided.about().device()))
              .put("what", no(decided.about()))
              .put("reason", decided.reason())
              .put("remedy", decided.remedy()));
    }
  }

  static String pendingId(Pending about) {
    return Long.toString(about.ticket().number());
  }

  synchronized JsonObject json(Pending about) {
    Instant now = clock.instant();
    Instant since = asked.getOrDefault(about.ticket(), now);
    JsonArray asks = new JsonArray();
    about.errands().forEach(errand -> asks.add(word(errand)));
    boolean answerable =
        about.errands().stream().anyMatch(errand -> errand instanceof Errand.AskPerson);
    return new JsonObject()
        .put("id", pendingId(about))
        .put("purpose", about.purpose().word())
        .put("device", CheckedText.of(about.device()))
        .put("brief", CheckedText.brief(about.device()))
        .put("shown", shown(about))
        .put("target", CheckedText.of(about.target()))
        .put("targetName", nameOf(about.target()))
        .put("ask", String.join(", ", asks.stream().map(String::valueOf).toList()))
        .put("answerable", answerable)
        .put("at", Times.text(since))
        .put("untilMillis", Math.max(0, QUESTION.minus(Duration.between(since, now)).toMillis()));
  }

  /** Whoever asks, as it is called here; and what vouches for that name. */
  private String shown(Pending about) {
    if (about.device().equals(ownDevice)) {
      return ownName;
    }
    return about.shown().isEmpty()
        ? nameOf(about.device()) + " (nobody vouches for it)"
        : about.shown();
  }

  /** What did not come about, where the answer was no. */
  private String no(Pending about) {
    return switch (about.purpose()) {
      case ADMIT -> shown(about) + " was not let in";
      case EXPEL -> nameOf(about.target()) + " was not put out";
      case FOUNDER -> shown(about) + " founded a group that this device does not enter";
      case INTRODUCER -> shown(about) + " was not believed when it let this device in";
    };
  }

  private static String word(Errand errand) {
    return switch (errand) {
      case Errand.AskPerson person -> person.whom();
      case Errand.CollectApprovals approvals -> approvals.count() + " approvals";
      case Errand.CheckRemotely remote -> remote.name();
    };
  }

  // ---- what is remembered

  synchronized void met(MemberId member, String name, Fingerprint device) {
    Acquaintance known = met.get(member);
    if (known == null && met.size() >= MEMBERS) {
      return;
    }
    Instant since = known == null ? memory.sightings().since(member, clock.instant()) : known.since;
    met.put(member, new Acquaintance(since, name, device));
    if (known != null && !known.name.equals(name)) {
      // Its certificate came after its key.
      note(known.name + " is " + name + '.');
    }
  }

  synchronized void saw(GroupView view) {
    wasPutOut = view.expelled().contains(ownDevice);
    for (GroupView.Epoch epoch : view.epochs()) {
      Seen known = epochs.get(epoch.id());
      String by = nameOf(epoch.by());
      remember(
          epoch.id(),
          known == null
              ? new Seen(clock.instant(), epoch.revision(), by, null)
              : new Seen(known.at, epoch.revision(), by, known.cost));
    }
  }

  synchronized Instant since(MemberId member) {
    Acquaintance known = met.get(member);
    return known == null ? clock.instant() : known.since;
  }

  /**
   * As who is in is called now; as who has gone was called. Where the roster was looked at before
   * its certificate came, another look may have been later.
   */
  String nameOf(MemberId member) {
    Optional<Member> now = node.member(member);
    return now.filter(each -> each.standing() != Member.Standing.UNCHECKED)
        .map(this::name)
        .or(() -> nameBefore(member))
        .or(() -> now.map(this::name))
        .orElse(NOT_KNOWN);
  }

  private synchronized Optional<String> nameBefore(MemberId member) {
    return Optional.ofNullable(met.get(member)).map(known -> known.name);
  }

  /** Of one who need not be in, nor ever have been. */
  synchronized String nameOf(Fingerprint device) {
    return device.equals(ownDevice)
        ? ownName
        : node.member(device)
            .map(member -> nameOf(member.id()))
            .or(
                () ->
                    met.values().stream()
                        .filter(known -> known.device.equals(device))
                        .map(Acquaintance::name)
                        .findFirst())
            .orElseGet(() -> CheckedText.name(device));
  }

  /** Those of devices without a certificate are of our making: the one of this device is set. */
  String name(Member member) {
    return member.isThisDevice() && member.standing() != Member.Standing.VERIFIED
        ? ownName
        : member.name();
  }

  private Optional<Fingerprint> deviceOf(MemberId member) {
    return node.member(member).map(Member::device).or(() -> deviceBefore(member));
  }

  private synchronized Optional<Fingerprint> deviceBefore(MemberId member) {
    return Optional.ofNullable(met.get(member)).map(Acquaintance::device);
  }

  private JsonArray words(List<MemberId> members) {
    JsonArray words = new JsonArray();
    members.forEach(member -> words.add(nameOf(member)));
    return words;
  }

  /** What the node says at this moment it may have told nobody yet: then it is so since now. */
  synchronized Instant stateSince(NodeState now) {
    return state == null || state == now ? stateSince : clock.instant();
  }

  synchronized List<String> hints() {
    return hint.isEmpty() ? List.of() : List.of(hint);
  }

  synchronized Optional<JsonObject> lastCost() {
    return Optional.ofNullable(lastCost);
  }

  /** One whose window is still open comes before those that are over. */
  synchronized Optional<JsonObject> lastExpulsion() {
    return withoutKey.values().stream()
        .max(Comparator.comparing(Departure::at))
        .map(open -> expulsion(open, null))
        .or(() -> Optional.ofNullable(lastExpulsion));
  }

  synchronized Optional<Refusal> refusedToPutOut(Fingerprint device, Instant since) {
    return lastRefusal.filter(each -> each.device.equals(device) && !each.at.isBefore(since));
  }

  /** Newest first. */
  synchronized List<FactId> epochs() {
    List<FactId> all = new ArrayList<>(epochs.keySet());
    Collections.reverse(all);
    return all;
  }

  /** When a slot's key was made anew, if that was while this daemon ran. */
  synchronized Optional<Instant> resealed(Slot slot) {
    return Optional.ofNullable(reseals.get(slot));
  }

  synchronized Optional<Seen> seen(FactId epoch) {
    return Optional.ofNullable(epochs.get(epoch));
  }

  /**
   * Completes when a key without this member is in use here, with how long that took from the wish
   * on; or with nothing after {@code waitMillis}.
   */
  synchronized CompletionStage<Optional<Duration>> whenOut(
      MemberId member, Instant wish, int waitMillis) {
    CompletableFuture<Optional<Duration>> out =
        leaving.computeIfAbsent(member, nobody -> new CompletableFuture<>());
    return out.copy()
        .thenApply(window -> window.map(some -> Duration.between(wish, clock.instant())))
        .completeOnTimeout(Optional.empty(), waitMillis, TimeUnit.MILLISECONDS);
  }
}
