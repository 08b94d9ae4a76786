package io.keymoot.daemon;

import io.keymoot.admission.Renewal;
import io.keymoot.daemon.api.ApiServer;
import io.keymoot.daemon.api.Ask;
import io.keymoot.daemon.api.Bounds;
import io.keymoot.daemon.api.EventLog;
import io.keymoot.daemon.api.Handlers;
import io.keymoot.daemon.api.Route;
import io.keymoot.daemon.api.Secrets;
import io.keymoot.daemon.api.Times;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Places;
import io.keymoot.daemon.setting.PrivateFiles;
import io.keymoot.daemon.setting.Problem;
import io.keymoot.daemon.setting.Setting;
import io.keymoot.daemon.setting.Settings;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.runtime.ClusterStack;
import io.keymoot.runtime.Deserialisation;
import io.keymoot.runtime.GroupNode;
import io.keymoot.runtime.Identity;
import io.keymoot.runtime.Network;
import io.keymoot.runtime.NetworkFailed;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One running daemon: settings and files in, a node in its group, and the API before it.
 *
 * <pre>
 *   Places, Settings ─▶ DeviceKey, Policy, Links ─▶ GroupNode ─▶ Chronicle ─▶ EventLog
 *                                                       │                        │
 *                                             Desk ◀────┘                        ▼
 *                                               └─▶ Handlers ─────────────▶ ApiServer
 * </pre>
 *
 * The API answers before the network does, so whoever waits for the daemon can see what it waits
 * for.
 *
 * <p>Long, but whole: what begins in one order ends in the other, and both stand here.
 */
final class Daemon implements AutoCloseable {
  private static final Pattern GROUP_ID = Pattern.compile("[0-9a-fA-F]{64}");
  private static final long ANSWER_SECONDS = 10;
  private static final int LEAST_TOKEN_BYTES = 40;
  private static final int MOST_TOKEN_BYTES = 200;

  private final Places places;
  private final Settings settings;
  private final InstantSource clock = InstantSource.system();
  private final Instant started = clock.instant();
  private final EventLog log = new EventLog(UUID.randomUUID().toString(), clock);
  private final ExecutorService slow =
      Executors.newSingleThreadExecutor(
          work -> Thread.ofPlatform().daemon().name("keymoot-slow").unstarted(work));
  private final CountDownLatch ended = new CountDownLatch(1);
  private final FileChannel lockFile;

  private final Object rereading = new Object();

  /** With another certificate from when that is taken. */
  private volatile DeviceKey device;

  private final Figures figures;
  private final Memory memory;
  private final ApiServer api;
  private volatile @Nullable Network network;
  private volatile @Nullable GroupNode node;
  private volatile @Nullable Desk desk;
  private volatile @Nullable Hook hook;

  private Daemon(Places places, Settings settings) {
    this.places = places;
    this.settings = settings;
    PrivateFiles.folder(places.state());
    this.lockFile = lock();
    try {
      this.device = DeviceKey.openOrMake(places, settings);
      this.memory = Memory.open(places.state(), clock, this::note);
      this.figures = new Figures(started);
      this.api = openApi();
      writeWhereItIs();
    } catch (RuntimeException e) {
      release();
      throw e;
    }
  }

  /** Opens the API; {@link #join} then goes to the others. */
  static Daemon open(Places places, Settings settings) {
    return new Daemon(places, settings);
  }

  /** Two daemons over one state would have one identity twice. */
  private FileChannel lock() {
    Path file = places.state().resolve("lock");
    try {
      FileChannel channel =
          FileChannel.open(
              file,
              Set.copyOf(EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE)),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      FileLock lock = channel.tryLock();
      if (lock == null) {
        channel.close();
        throw alreadyRunning();
      }
      return channel;
    } catch (OverlappingFileLockException e) {
      throw alreadyRunning();
    } catch (IOException e) {
      throw new Problem(
          ErrorCode.BAD_FILE,
          file + " cannot be locked: " + PrivateFiles.why(e) + '.',
          "See that this user may write there, or name another folder with --state.");
    }
  }

  private void release() {
    try {
      lockFile.close();
    } catch (IOException e) {
      note(String.valueOf(e.getMessage()));
    }
  }

  private Problem alreadyRunning() {
    return new Problem(
        ErrorCode.ALREADY_RUNNING,
        "A daemon runs over " + places.state() + " already.",
        "Stop it first, or give this one a folder of its own with --state.");
  }

  // ---- the API

  private ApiServer openApi() {
    ApiServer.Plan plan =
        new ApiServer.Plan(
            settings.address(Setting.API),
            tls(),
            socket(),
            settings.list(Setting.API_HOSTS),
            settings.list(Setting.MEDIA_ORIGINS),
            token(places.token()),
            settings.choice(Setting.MEDIA, "on", "off").equals("on")
                ? Optional.of(token(places.mediaToken()))
                : Optional.empty(),
            Bounds.USUAL);
    return ApiServer.open(
        plan,
        new ApiServer.House(
            handlers(),
            log,
            new MediaKeys(() -> Optional.ofNullable(node), this::nameOf),
            this::isReady,
            figures::text,
            clock));
  }

  private Optional<ApiServer.Tls> tls() {
    if (settings.has(Setting.API_TLS_CERTIFICATE) != settings.has(Setting.API_TLS_KEY)) {
      throw Settings.wrong(
          "Of 'api-tls-certificate' and 'api-tls-key' one is set and the other is not.",
          "Set both, or none where the API listens on loopback alone.");
    }
    return settings.has(Setting.API_TLS_CERTIFICATE) && settings.has(Setting.API_TLS_KEY)
        ? Optional.of(
            new ApiServer.Tls(
                Path.of(settings.get(Setting.API_TLS_CERTIFICATE)),
                Path.of(settings.get(Setting.API_TLS_KEY))))
        : Optional.empty();
  }

  /** The socket is made by Vert.x, so what keeps others from it is the folder it stands in. */
  private Optional<Path> socket() {
    if (!settings.has(Setting.API_SOCKET)) {
      return Optional.empty();
    }
    Path file = Path.of(settings.get(Setting.API_SOCKET)).toAbsolutePath();
    Path folder = file.getParent();
    try {
      if (folder == null || !Files.isDirectory(folder) || !PrivateFiles.isPrivate(folder)) {
        throw Settings.wrong(
            "'api-socket' is to stand in " + folder + ", where others can go.",
            "Name a folder that only this user can enter (chmod 700).");
      }
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
          && !Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
              .isOther()) {
        throw Settings.wrong(
            "'api-socket' is to stand at " + file + ", which is there and is no socket.",
            "Name another place: what is there is left as it is.");
      }
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw Settings.wrong(
          "'api-socket' cannot stand at " + file + ": " + PrivateFiles.why(e) + '.',
          "Name another place.");
    }
    return Optional.of(file);
  }

  /** Kept over restarts, so that scripts that read it once go on. */
  private Secrets.Hash token(Path file) {
    try {
      if (Files.exists(file)) {
        boolean wasPrivate = PrivateFiles.isPrivate(file);
        if (wasPrivate) {
          byte[] kept = PrivateFiles.read(file, MOST_TOKEN_BYTES);
          if (kept.length >= LEAST_TOKEN_BYTES) {
            return Secrets.Hash.of(kept);
          }
        }
        note(
            file
                + (wasPrivate ? " was damaged" : " could be read or changed by other users")
                + ", so it was made anew: what it had opens nothing any more, and programs that"
                + " keep it must read it again.");
      }
    } catch (IOException e) {
      throw new Problem(
          ErrorCode.BAD_FILE, file + ": " + PrivateFiles.why(e) + '.', "Mend the file's rights.");
    }
    byte[] fresh = Secrets.fresh();
    PrivateFiles.write(file, fresh);
    return Secrets.Hash.of(fresh);
  }

  private void writeWhereItIs() {
    JsonObject where =
        new JsonObject().put("url", api.url()).put("pid", ProcessHandle.current().pid());
    if (settings.has(Setting.API_SOCKET)) {
      where.put("socket", Path.of(settings.get(Setting.API_SOCKET)).toAbsolutePath().toString());
    }
    tls().ifPresent(tls -> where.put("certificate", tls.certificate().toAbsolutePath().toString()));
    PrivateFiles.write(places.api(), where.encode().getBytes(StandardCharsets.UTF_8));
  }

  private Handlers handlers() {
    return new Handlers()
        .on(Route.VERSION, ask -> now(Home.version()))
        .on(Route.ID, ask -> now(Home.json(device, settings.get(Setting.NAME))))
        .on(Route.CONFIG, ask -> now(settings.json()))
        .on(Route.PATHS, ask -> now(places.json(settings)))
        .on(
            Route.STATUS,
            ask -> seated().isPresent() ? at(d -> d.status(started)) : now(starting()))
        .on(Route.MEMBERS, ask -> at(Desk::members))
        .on(Route.EPOCHS, ask -> at(Desk::epochs))
        .on(Route.TABLE, ask -> at(Desk::table))
        .on(Route.PENDING, ask -> at(Desk::pending))
        .on(Route.ACCEPT, ask -> at(each -> each.answer(ask, true)))
        .on(Route.DENY, ask -> at(each -> each.answer(ask, false)))
        .on(Route.APPROVE, ask -> at(each -> each.approve(ask)))
        .on(Route.VERIFY, ask -> at(each -> each.verify(ask)))
        .on(Route.SEND, ask -> at(each -> each.send(ask)))
        .on(Route.EVICT, ask -> at(each -> each.evict(ask)))
        .on(Route.PARDON, ask -> at(each -> each.pardon(ask)))
        .on(Route.REKEY, ask -> at(each -> each.rekey(ask)))
        .on(Route.LEAVE, this::leave)
        .on(Route.INVITE, ask -> slowly(() -> memory.invites().make(ask, seat())))
        .on(Route.INVITES, ask -> now(memory.invites().list()))
        .on(Route.REVOKE_INVITE, ask -> slowly(() -> memory.invites().revoke(ask, seat())))
        .on(Route.DOCTOR, ask -> examine())
        .on(Route.RELOAD, this::reload);
  }

  private void note(String text) {
    log.publish("note", new JsonObject().put("text", text));
  }

  private static CompletionStage<JsonObject> now(JsonObject json) {
    return CompletableFuture.completedStage(json);
  }

  private Optional<Desk> seated() {
    return Optional.ofNullable(desk);
  }

  private GroupNode seat() {
    GroupNode seat = node;
    if (seat == null) {
      throw opening();
    }
    return seat;
  }

  private static Problem opening() {
    return new Problem(
        ErrorCode.NOT_NOW,
        "The daemon is still opening the network.",
        "Try again in some seconds.");
  }

  private CompletionStage<JsonObject> at(
      java.util.function.Function<Desk, CompletionStage<JsonObject>> what) {
    return what.apply(seated().orElseThrow(Daemon::opening))
        .exceptionallyCompose(thrown -> CompletableFuture.failedStage(Desk.explained(thrown)));
  }

  private CompletionStage<JsonObject> slowly(Supplier<JsonObject> work) {
    return CompletableFuture.supplyAsync(work, slow);
  }

  private JsonObject starting() {
    return new JsonObject()
        .put("device", Home.json(device, "").getString("fingerprint"))
        .put("name", Home.json(device, settings.get(Setting.NAME)).getString("name"))
        .putNull("group")
        .put("state", "syncing")
        .put("cause", "opening the network")
        .put("since", Times.text(started))
        .put("members", 0)
        .put("heard", 0)
        .putNull("epoch")
        .putNull("lastRekey")
        .putNull("lastExpulsion")
        .put("waiting", 0)
        .put("hints", new io.vertx.core.json.JsonArray())
        .put("started", Times.text(started));
  }

  private CompletionStage<JsonObject> examine() {
    CompletionStage<JsonObject> status =
        seated().isPresent() ? at(each -> each.status(started)) : now(starting());
    CompletionStage<Optional<JsonObject>> members =
        seated().isPresent()
            ? at(Desk::members).thenApply(Optional::of)
            : CompletableFuture.completedStage(Optional.empty());
    return status.thenCombineAsync(
        members,
        (is, who) -> Examination.of(places, settings, Optional.of(is), who, clock.instant()),
        slow);
  }

  private CompletionStage<JsonObject> leave(Ask ask) {
    ask.body().only();
    return at(Desk::leave)
        .thenApply(
            done -> {
              // The answer goes out first.
              CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS)
                  .execute(ended::countDown);
              return done;
            });
  }

  /** As SIGHUP does. What cannot be used changes nothing. */
  private CompletionStage<JsonObject> reload(Ask ask) {
    ask.body().only();
    return slowly(() -> Desk.done().put("note", reread()));
  }

  /**
   * One at a time, from the first file on: else what was read before could be taken after what was
   * read later.
   */
  String reread() {
    synchronized (rereading) {
      return rereadAlone();
    }
  }

  private String rereadAlone() {
    Rulebook rules = Rulebook.read(places, settings);
    try (DeviceKey fresh = DeviceKey.open(places.identity(settings))) {
      GroupNode seat = seat();
      Optional<Bytes> credential =
          fresh.chain().equals(device.chain())
              ? Optional.empty()
              : Optional.of(fresh.credential(settings).encode());
      // All was read. The lists first: rules that require them find them there.
      answered(seat.revocations(rules.lists().ders()));
      answered(seat.policy(rules.policy()));
      return rules.taken(credential.map(shown -> renewed(seat, fresh, shown)), Ca.now());
    }
  }

  /** What came of a certificate that is another one than before. */
  private String renewed(GroupNode seat, DeviceKey fresh, Bytes credential) {
    if (answered(seat.self()).isEmpty()) {
      throw new Problem(
          ErrorCode.NOT_NOW,
          "The policy was taken; the certificate was not, for this device is not in the group: "
              + seat.status().cause()
              + '.',
          "Reload again when 'keymoot status' says settled, or start the daemon again.");
    }
    Optional<Renewal.Advice> advice = answered(seat.renew(Optional.of(credential)));
    if (advice.orElse(null) instanceof Renewal.Advice.KeepOld kept) {
      throw new Problem(
          ErrorCode.BAD_IDENTITY,
          "The policy was taken; the certificate was not: " + kept.reason(),
          "The old one stays in use. Install one that the group trusts: keymoot id --certificate"
              + " FILE");
    }
    device = device.with(fresh.chain());
    return advice.map(Chronicle::sentence).orElse("The certificate is in use.");
  }

  /** On a thread that may wait. */
  private static <T extends @Nullable Object> T answered(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      if (Desk.explained(e) instanceof Problem problem) {
        throw problem;
      }
      if (e.getCause() instanceof TimeoutException) {
        throw new Problem(
            ErrorCode.NOT_NOW, "The node does not answer.", "Try again in some seconds.");
      }
      throw e;
    }
  }

  // ---- the group

  /**
   * Opens the network and takes this device's seat. Blocks for a second or so.
   *
   * @return what to know of the rules that it sits there with
   */
  List<Rulebook.Caution> join() {
    Rulebook rules = Rulebook.read(places, settings);
    List<Rulebook.Caution> cautions = rules.cautions(Ca.now());
    cautions.forEach(each -> note(each.found() + ' ' + each.remedy()));
    hook = Hook.of(settings, log).orElse(null);
    ClusterStack stack = Links.stack(settings);
    String cluster = cluster();
    Optional<GroupId> id = groupId();
    FlatKeying.Founding plan = founding(id.isPresent() ? cluster : settings.get(Setting.GROUP));
    Network opened = Network.of(stack, Deserialisation.FORBIDDEN_IN_JVM);
    network = opened;
    GroupNode.Builder builder =
        GroupNode.of(
                opened, new Identity(device.key(), device.credential(settings)), rules.policy())
            .meetingAt(cluster)
            .rememberingIn(places.state().resolve("remembered"))
            .revocations(rules.lists().ders())
            .invites(memory.invites().made(), memory.invites().uses());
    try {
      GroupNode joined =
          switch (settings.choice(Setting.FOUND, "yes", "no", "if-alone")) {
            case "yes" -> builder.found(plan);
            case String other when id.isPresent() -> builder.join(cluster, id.get());
            case "no" -> builder.join(plan.name());
            default -> builder.joinOrFound(plan);
          };
      Desk seat =
          new Desk(
              joined,
              cluster,
              device.fingerprint(),
              Home.json(device, settings.get(Setting.NAME)).getString("name"),
              log,
              memory,
              clock);
      joined.listen(0, seat.chronicle());
      figures.watch(joined);
      node = joined;
      desk = seat;
      return cautions;
    } catch (NetworkFailed e) {
      throw new Problem(
          ErrorCode.NETWORK,
          "The network cannot be opened: " + e.getMessage() + '.',
          "'keymoot doctor' looks at ports and multicast.");
    }
  }

  /** Where the setting 'group' is an id, of that group alone. */
  private Optional<GroupId> groupId() {
    String group = settings.get(Setting.GROUP);
    if (!GROUP_ID.matcher(group).matches()) {
      return Optional.empty();
    }
    if (settings.get(Setting.FOUND).equals("yes")) {
      throw Settings.wrong(
          "The setting 'group' is an id and 'found' is yes, but a group has its id from being"
              + " founded.",
          "Set 'found' to no, or 'group' to the name of a new one.");
    }
    return Optional.of(new GroupId(Hash32.fromHex(group.toLowerCase(Locale.ROOT))));
  }

  /** By the name of their group the others meet, and an id does not tell it. */
  private String cluster() {
    String group = settings.get(Setting.GROUP);
    if (!settings.has(Setting.CLUSTER) && GROUP_ID.matcher(group).matches()) {
      throw Settings.wrong(
          "The setting 'group' is an id and 'cluster' is empty, so nothing says where that group"
              + " meets.",
          "Set 'cluster' to the group's name, or to what its members have set there: --group ID"
              + " --cluster 'ward 3'");
    }
    return settings.has(Setting.CLUSTER) ? settings.get(Setting.CLUSTER) : group;
  }

  private FlatKeying.Founding founding(String name) {
    return new FlatKeying.Founding(
        readable(Setting.GROUP, name, Limits.NAME_BYTES),
        Profile.valueOf(
            settings
                .choice(Setting.PROFILE, "paper", "conference", "broadcast")
                .toUpperCase(Locale.ROOT)),
        rights(),
        trust());
  }

  /** A group is founded in these words for good: what others would not read is refused here. */
  private static String readable(Setting setting, String words, int mostBytes) {
    int bytes = words.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > mostBytes || words.codePoints().anyMatch(Character::isISOControl)) {
      throw Settings.wrong(
          "In the setting '"
              + setting.key()
              + "' stands '"
              + words
              + "', which others cannot read.",
          "Write 1 to " + mostBytes + " bytes, none of them a control character.");
    }
    return words;
  }

  private Rights rights() {
    String admit = settings.get(Setting.ADMIT);
    String expel = settings.get(Setting.EXPEL);
    Rights.AdmitRight mayAdmit =
        admit.equals("anybody")
            ? new Rights.AnyMember()
            : admit.startsWith("role:")
                ? new Rights.WithRole(
                    readable(Setting.ADMIT, admit.substring(5), Limits.ROLE_BYTES))
                : new Rights.WithApprovals(settings.number(Setting.ADMIT, 2, 16));
    return expel.startsWith("role:")
        ? new Rights(
            mayAdmit,
            Optional.of(readable(Setting.EXPEL, expel.substring(5), Limits.ROLE_BYTES)),
            Rights.DEFAULT_EXPEL_APPROVALS)
        : new Rights(mayAdmit, Optional.empty(), settings.number(Setting.EXPEL, 2, 16));
  }

  private Trust trust() {
    if (!settings.has(Setting.ANCHORS)) {
      if (settings.has(Setting.PATTERNS)) {
        throw Settings.wrong(
            "'patterns' is set and 'anchors' is not: the group would be open to everybody.",
            "Name in 'anchors' the roots of the certificates that are meant.");
      }
      return Trust.OPEN;
    }
    List<Bytes> anchors = Policy.anchors(settings);
    List<String> patterns =
        Stream.of(settings.get(Setting.PATTERNS).split(";", -1))
            .map(String::strip)
            .filter(each -> !each.isEmpty())
            .map(each -> readable(Setting.PATTERNS, each, Limits.PATTERN_BYTES))
            .toList();
    for (String each : patterns) {
      if (io.keymoot.admission.certificate.Pattern.parse(each)
          instanceof Decoded.Malformed<io.keymoot.admission.certificate.Pattern> bad) {
        throw Settings.wrong(
            "The setting 'patterns' cannot be used: " + bad.reason() + '.',
            "Write patterns such as o=Example & spiffe=spiffe://example.org/ward/*, with ';'"
                + " between.");
      }
    }
    if (patterns.size() > Limits.PATTERNS || anchors.size() > Limits.ANCHORS) {
      throw Settings.wrong(
          "A group has at most "
              + Limits.ANCHORS
              + " anchors and "
              + Limits.PATTERNS
              + " patterns; there are "
              + anchors.size()
              + " and "
              + patterns.size()
              + '.',
          "Name fewer in 'anchors' and 'patterns'.");
    }
    return new Trust(anchors, patterns, Optional.empty());
  }

  private String nameOf(io.keymoot.flatkeying.fact.MemberId member) {
    return seated().map(each -> each.chronicle().nameOf(member)).orElse(Chronicle.NOT_KNOWN);
  }

  // ---- for those who started it

  ApiServer api() {
    return api;
  }

  DeviceKey device() {
    return device;
  }

  EventLog log() {
    return log;
  }

  boolean isReady() {
    return seated().filter(Desk::isReady).isPresent();
  }

  void askToEnd() {
    ended.countDown();
  }

  /** Until somebody asks it to leave. */
  void awaitEnd() throws InterruptedException {
    ended.await();
  }

  /** Says goodbye to the group where it can, so that the others' next key comes at once. */
  @Override
  public void close() {
    ended.countDown();
    GroupNode seat = node;
    if (seat != null) {
      seat.closeAfterLeaving();
    }
    Network open = network;
    if (open != null) {
      open.close();
    }
    api.close();
    Hook told = hook;
    if (told != null) {
      told.close();
    }
    slow.shutdownNow();
    memory.close();
    device.close();
    try {
      Files.deleteIfExists(places.api());
      if (settings.has(Setting.API_SOCKET)) {
        Files.deleteIfExists(Path.of(settings.get(Setting.API_SOCKET)));
      }
    } catch (IOException e) {
      // A file that is left over says where nobody answers; the next start writes it anew.
      note(String.valueOf(e.getMessage()));
    }
    release();
  }
}
