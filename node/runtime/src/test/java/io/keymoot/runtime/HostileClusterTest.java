package io.keymoot.runtime;

import static io.keymoot.runtime.Cluster.SOON;
import static io.keymoot.runtime.Cluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import io.keymoot.runtime.Cluster.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.jgroups.BytesMessage;
import org.jgroups.CompositeMessage;
import org.jgroups.EmptyMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Message.Flag;
import org.jgroups.NioMessage;
import org.jgroups.ObjectMessage;
import org.jgroups.View;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.JoinRsp;
import org.jgroups.stack.Protocol;
import org.jgroups.stack.ProtocolStack;
import org.jgroups.util.ByteArray;
import org.jgroups.util.MergeId;
import org.jgroups.util.MessageBatch;
import org.jgroups.util.SizeStreamable;
import org.jgroups.util.UUID;
import org.jgroups.util.Util;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Somebody who reaches the cluster, belongs to no group, and means ill. */
@Isolated
class HostileClusterTest {
  private static final short GMS_ID = ClassConfigurator.getProtocolId(GMS.class);

  /** Bait for deserialisation. */
  public static final class Bait implements Serializable {
    static final AtomicInteger TAKEN = new AtomicInteger();

    private void readObject(ObjectInputStream in) throws IOException {
      TAKEN.incrementAndGet();
    }
  }

  /** Bait for creation by name, which JGroups does without deserialising anything. */
  public static final class NamedBait implements SizeStreamable {
    static final AtomicInteger CREATED = new AtomicInteger();
    static volatile boolean armed;

    public NamedBait() {
      if (armed) {
        CREATED.incrementAndGet();
      }
    }

    @Override
    public int serializedSize() {
      return 0;
    }

    @Override
    public void writeTo(java.io.DataOutput out) {}

    @Override
    public void readFrom(java.io.DataInput in) {}
  }

  /** A core that gives back what it is given. */
  private static final class Echo implements Loop.Core<Bytes, Bytes> {
    @Override
    public List<Bytes> step(Tick now, Bytes input) {
      return List.of(input);
    }

    @Override
    public Optional<Tick> nextDeadline() {
      return Optional.empty();
    }
  }

  private static final class Victim implements Transport.Receiver, AutoCloseable {
    final Set<Bytes> heard = ConcurrentHashMap.newKeySet();
    final Loop<Bytes, Bytes> loop =
        new Loop<>("victim", new Echo(), Bytes.EMPTY, this::perform, this::closeTransport);
    final JGroupsTransport transport;

    Victim(ClusterStack stack, String cluster) throws Exception {
      transport = JGroupsTransport.open(stack, cluster, Deserialisation.FORBIDDEN_IN_JGROUPS, this);
      loop.start();
    }

    private void perform(Tick now, Bytes effect) {
      heard.add(effect);
    }

    private void closeTransport() {
      transport.close();
    }

    boolean hears(String word) {
      return heard.contains(bytes(word));
    }

    /** As every peer does each second: whom nobody heard is found by the view alone. */
    void beat(String word) {
      transport.multicast(Quality.HEARTBEAT, bytes(word));
    }

    @Override
    public void control(Address from, Bytes message) {
      loop.offer(from, message, message.length());
    }

    @Override
    public void frame(Address from, Bytes frame, @Nullable Runnable again) {
      if (!loop.offer(from, frame, frame.length()) && again != null) {
        again.run();
      }
    }

    @Override
    public void close() {
      loop.close();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void costsLivenessAtMost(Kind kind, @TempDir Path folder) throws Exception {
    JGroupsTransportTest.requireMulticast(kind);
    requireThatTheBaitsAreLive();
    ClusterStack stack = kind.stack(folder);
    String name = "hostile-" + kind + "-" + ProcessHandle.current().pid();
    try (Victim victim = new Victim(stack, name);
        Victim friend = new Victim(stack, name);
        JChannel hostile = stack.open("keymoot")) {
      Pair pair = new Pair(victim.transport.channel(), friend.transport.channel());
      hostile.setDiscardOwnMessages(true);
      hostile.connect(name);
      await().atMost(SOON).until(() -> hostile.getView().size() == 3);
      await()
          .atMost(SOON)
          .until(
              () -> {
                victim.beat("before");
                friend.beat("before");
                return victim.hears("before") && friend.hears("before");
              });
      org.jgroups.Address target = hostile.getView().getMembers().get(0);
      final int baitsBefore = Bait.TAKEN.get();
      final long unreadBefore = victim.transport.counts().refusedUnread();
      final NamedBait named = new NamedBait();
      NamedBait.armed = true;

      bait(hostile, target);
      // Both met by three: by one victim alone and by each of the two among all.
      await()
          .atMost(SOON)
          .untilAsserted(
              () -> {
                assertThat(victim.transport.counts().refusedUnread() - unreadBefore)
                    .isGreaterThanOrEqualTo(6);
                assertThat(victim.transport.counts().refused()).isGreaterThanOrEqualTo(7);
                assertThat(friend.transport.counts().refused()).isGreaterThanOrEqualTo(7);
              });
      flood(hostile);
      final long received = victim.transport.counts().received();
      floodOfEachKind(hostile);
      await().atMost(SOON).until(() -> victim.transport.counts().received() > received + 500);
      forgeALeave(hostile, pair.addresses());
      AtomicLong number = new AtomicLong(1_000);
      forgeViewsUntilBelieved(hostile, number, pair);
      pair.hearEachOther(
          word -> {
            victim.beat(word);
            friend.beat(word);
            return victim.hears(word) && friend.hears(word);
          },
          () -> forgeViews(hostile, number.getAndAdd(2), pair.addresses()));
      forgeTheRest(hostile, target);
      // Again and again, for its sender is still busy with the flood.
      long unread = victim.transport.counts().refusedUnread();
      await()
          .atMost(SOON)
          .until(
              () -> {
                sendPlainly(hostile, new ObjectMessage(null, named));
                return victim.transport.counts().refusedUnread() > unread;
              });

      // The victims still hear each other, their loops run, and no bait was taken.
      await()
          .atMost(SOON)
          .until(
              () -> {
                victim.beat("after");
                friend.beat("after");
                return victim.hears("after") && friend.hears("after");
              });
      assertThat(victim.loop.state()).isEqualTo(Loop.State.RUNNING);
      assertThat(victim.loop.look(() -> "alive").get()).isEqualTo("alive");
      assertThat(Bait.TAKEN.get()).isEqualTo(baitsBefore);
      assertThat(NamedBait.CREATED.get()).isZero();
    } finally {
      NamedBait.armed = false;
    }
  }

  /** JGroups' own coordinator leaves, on anybody's word, and lets nobody in ever after. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void whoIsAloneIsNotMadeToLeave(Kind kind, @TempDir Path folder) throws Exception {
    JGroupsTransportTest.requireMulticast(kind);
    ClusterStack stack = kind.stack(folder);
    String name = "alone-" + kind + "-" + ProcessHandle.current().pid();
    try (Victim victim = new Victim(stack, name);
        JChannel hostile = stack.open("keymoot")) {
      JChannel its = victim.transport.channel();
      hostile.connect(name);
      await().atMost(SOON).until(() -> its.getView().size() == 2);
      LeavesHeard leaves = new LeavesHeard();
      its.getProtocolStack().insertProtocol(leaves, ProtocolStack.Position.BELOW, GMS.class);
      // Their views grow together again after a while: what came then proves nothing.
      await("forged leaves to reach it while it is alone, and find it there again and again")
          .atMost(SOON)
          .until(
              () -> {
                boolean isAlone = its.getView().size() == 1;
                lowDown(
                    hostile,
                    leave(its.getAddress(), isAlone ? its.getAddress() : hostile.getAddress()));
                return leaves.whileAlone.get() >= 10;
              });
      hostile.close();
      try (Victim friend = new Victim(stack, name)) {
        await("both to be in one view")
            .atMost(SOON)
            .until(() -> its.getView().containsMember(friend.transport.channel().getAddress()));
      }
    }
  }

  /** Counts what asks this end to leave itself while there is nobody else in its view. */
  public static final class LeavesHeard extends Protocol {
    final AtomicInteger whileAlone = new AtomicInteger();

    @Override
    public @Nullable Object up(Message message) {
      GMS membership = (GMS) up_prot;
      boolean isOwnLeave =
          message.getHeader(GMS_ID) instanceof GMS.GmsHeader word
              && word.getType() == GMS.GmsHeader.LEAVE_REQ
              && local_addr.equals(word.getMember());
      if (isOwnLeave && membership.view().size() == 1) {
        whileAlone.incrementAndGet();
      }
      return up_prot.up(message);
    }

    @Override
    public void up(MessageBatch batch) {
      batch.forEach(this::up);
    }
  }

  /** The same against two members of a group, who settle, talk and rekey in spite of it. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void aGroupTalksAndRekeysInSpiteOfIt(Kind kind, @TempDir Path folder) throws Exception {
    JGroupsTransportTest.requireMulticast(kind);
    ClusterStack stack = kind.stack(folder);
    List<JChannel> channels = new CopyOnWriteArrayList<>();
    try (People people = new People();
        Network network = People.watched(stack, channels::add);
        JChannel hostile = stack.open(people.name)) {
      Identity annaId = Identity.selfMade();
      Identity benId = Identity.selfMade();
      GroupNode.Builder anna = GroupNode.of(network, annaId, people.policy);
      GroupNode.Builder ben = GroupNode.of(network, benId, people.policy);
      People.Someone one = people.add("anna", annaId, anna.found(people.plan()));
      hostile.setDiscardOwnMessages(true);
      hostile.connect(people.name);
      People.Someone other = people.add("ben", benId, ben.join(people.name));
      people.settled(one, other);
      Pair pair = new Pair(channels.get(0), channels.get(1));
      await().atMost(SOON).until(() -> hostile.getView().size() == 3);
      org.jgroups.Address target = hostile.getView().getMembers().get(0);
      final int baitsBefore = Bait.TAKEN.get();

      sendPlainly(hostile, new ObjectMessage(null, new Bait()));
      flood(hostile);
      floodOfEachKind(hostile);
      forgeALeave(hostile, pair.addresses());
      AtomicLong number = new AtomicLong(1_000);
      forgeViewsUntilBelieved(hostile, number, pair);
      one.node.rekey().toCompletableFuture().join();
      pair.hearEachOther(
          word -> bothRead(one, other, word),
          () -> forgeViews(hostile, number.getAndAdd(2), pair.addresses()));
      forgeTheRest(hostile, target);
      await().atMost(SOON).until(() -> bothRead(one, other, "after"));
      people.settled(one, other);
      assertThat(Bait.TAKEN.get()).isEqualTo(baitsBefore);
      people.close();
    }
  }

  /** The same by a process of its own, which shares nothing with them but the network. */
  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"UDP", "TCP"})
  void aGroupTalksAndRekeysInSpiteOfAProcessThatMeansIll(Kind kind, @TempDir Path folder)
      throws Exception {
    JGroupsTransportTest.requireMulticast(kind);
    requireThatTheBaitsAreLive();
    String name = "hostile process " + kind + " " + ProcessHandle.current().pid();
    List<JChannel> channels = new CopyOnWriteArrayList<>();
    try (People people = new People();
        Network network = People.watched(kind.stack(folder), channels::add)) {
      Identity annaId = Identity.selfMade();
      Identity benId = Identity.selfMade();
      GroupNode.Builder anna = GroupNode.of(network, annaId, people.policy).meetingAt(name);
      GroupNode.Builder ben = GroupNode.of(network, benId, people.policy).meetingAt(name);
      People.Someone one = people.add("anna", annaId, anna.found(people.plan()));
      People.Someone other = people.add("ben", benId, ben.join(people.name));
      people.settled(one, other);
      Pair pair = new Pair(channels.get(0), channels.get(1));
      final int baitsBefore = Bait.TAKEN.get();
      final TransportCounts before = one.node.counts();
      NamedBait.armed = true;

      Process attacker = Attacker.start(kind, folder, name);
      try {
        await().atMost(SOON.multipliedBy(2)).until(pair::believedSomebody);
        one.node.rekey().toCompletableFuture().join();
        pair.hearEachOther(word -> bothRead(one, other, word), () -> {});
        Attacker.tellItToEnd(attacker);
        assertThat(attacker.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(attacker.exitValue()).as("it did all it could").isZero();
      } finally {
        attacker.destroyForcibly();
      }
      await().atMost(SOON).until(() -> bothRead(one, other, "after"));
      people.settled(one, other);
      await("the flood")
          .atMost(SOON)
          .until(() -> one.node.counts().received() > before.received() + 500);
      assertThat(Bait.TAKEN.get()).isEqualTo(baitsBefore);
      assertThat(NamedBait.CREATED.get()).isZero();
      TransportCounts after = one.node.counts();
      assertThat(after.refusedUnread() - before.refusedUnread())
          .as("baits came")
          .isGreaterThanOrEqualTo(6);
      assertThat(after.refused() - before.refused()).as("and rubbish").isGreaterThanOrEqualTo(4);
      await("their views to grow together once it is gone")
          .atMost(People.IN_THE_END)
          .until(pair::areTogether);
      people.close();
    } finally {
      NamedBait.armed = false;
    }
  }

  /** What runs in the other JVM: a channel as ours are opened, and nobody in its way. */
  static final class Attacker {
    static Process start(Kind kind, Path folder, String cluster) throws IOException {
      return new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-XX:TieredStopAtLevel=1",
              "-Xmx128m",
              "-Djava.net.preferIPv4Stack=true",
              "-cp",
              System.getProperty("java.class.path"),
              Attacker.class.getName(),
              kind.name(),
              folder.toString(),
              cluster)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.INHERIT)
          .start();
    }

    public static void main(String[] arguments) throws Exception {
      ClusterStack stack = Kind.valueOf(arguments[0]).stack(Path.of(arguments[1]));
      try (JChannel hostile = stack.open(arguments[2])) {
        hostile.setDiscardOwnMessages(true);
        hostile.connect(arguments[2]);
        await().atMost(SOON).until(() -> hostile.getView().size() == 3);
        List<org.jgroups.Address> victims = new ArrayList<>(hostile.getView().getMembers());
        victims.remove(hostile.getAddress());
        org.jgroups.Address target = hostile.getView().getMembers().get(0);
        bait(hostile, target);
        sendPlainly(hostile, new ObjectMessage(null, new NamedBait()));
        flood(hostile);
        floodOfEachKind(hostile);
        forgeALeave(hostile, victims);
        AtomicLong number = new AtomicLong(1_000);
        await()
            .atMost(SOON.multipliedBy(4))
            .until(
                () -> {
                  forgeViews(hostile, number.getAndAdd(2), victims);
                  return System.in.available() > 0;
                });
        forgeTheRest(hostile, target);
      }
      System.exit(0);
    }

    /** Until then it forges views, for others grow together again after some seconds. */
    static void tellItToEnd(Process attacker) throws IOException {
      attacker.getOutputStream().write('\n');
      attacker.getOutputStream().flush();
    }
  }

  /** A check that cannot fail is none: read by anybody else in this JVM, the baits do work. */
  private static void requireThatTheBaitsAreLive() throws Exception {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(written)) {
      out.writeObject(new Bait());
    }
    int before = Bait.TAKEN.get();
    new ObjectInputStream(new ByteArrayInputStream(written.toByteArray())).readObject();
    assertThat(Bait.TAKEN.get()).isEqualTo(before + 1);

    byte[] named = Util.objectToByteBuffer(new NamedBait());
    NamedBait.armed = true;
    Util.objectFromByteBuffer(named);
    NamedBait.armed = false;
    assertThat(NamedBait.CREATED.getAndSet(0)).isEqualTo(1);
  }

  /** One by one and out of band, so that what is refused takes nothing else with it. */
  static void sendPlainly(JChannel hostile, Message message) throws Exception {
    hostile.send(message.setFlag(Flag.OOB, Flag.DONT_BUNDLE, Flag.NO_RELIABILITY));
  }

  /**
   * To all and to one: what JGroups would read before anybody can look at it, and other rubbish.
   */
  static void bait(JChannel hostile, org.jgroups.Address target) throws Exception {
    for (org.jgroups.Address to : new org.jgroups.Address[] {null, target}) {
      sendPlainly(hostile, new ObjectMessage(to, new Bait()));
      sendPlainly(hostile, new CompositeMessage(to, new ObjectMessage(to, new Bait())));
      sendPlainly(hostile, new BytesMessage(to, new Bait()));
      sendPlainly(hostile, new EmptyMessage(to));
      sendPlainly(hostile, new BytesMessage(to, new byte[] {77, 1, 2, 3}));
      sendPlainly(hostile, new NioMessage(to, ByteBuffer.allocate(10)));
      sendPlainly(hostile, new BytesMessage(to, filled(63_000)));
    }
  }

  static void flood(JChannel hostile) throws Exception {
    byte[] noise = filled(1_000);
    for (int i = 0; i < 20_000; i++) {
      hostile.send(
          new BytesMessage(null, noise).setFlag(Flag.NO_RELIABILITY, Flag.NO_FC, Flag.OOB));
    }
  }

  /** All that transports say to each other, well formed, from itself and from who is made up. */
  static void floodOfEachKind(JChannel hostile) throws Exception {
    for (int i = 0; i < 1_000; i++) {
      org.jgroups.Address from = i % 2 == 0 ? hostile.getAddress() : UUID.randomUUID();
      for (byte kind = 1; kind <= 8; kind++) {
        long[] numbers =
            switch (kind) {
              case 4, 5 -> new long[] {1_000L * i + 1, 0, 0}; // a numbered frame, new or again
              case 6 -> new long[] {1, 1, 1_024}; // so far it has counted
              case 7 -> LongStream.rangeClosed(1, 64).toArray(); // what it asks for
              case 8 -> new long[0]; // too fast
              default -> new long[] {i};
            };
        ByteBuffer wire = ByteBuffer.allocate(1 + Long.BYTES * numbers.length).put(kind);
        LongStream.of(numbers).forEach(wire::putLong);
        lowDown(hostile, from, new BytesMessage(null, wire.array()));
      }
    }
  }

  private static byte[] filled(int length) {
    byte[] value = new byte[length];
    value[0] = 1;
    return value;
  }

  /**
   * In the name of whoever does not lead, to whoever does, which tells all of it: so its sender
   * sees whether it was believed. Said again until it was, for it may be lost behind the flood.
   */
  static void forgeALeave(JChannel hostile, List<org.jgroups.Address> victims) {
    await("a forged leave to be believed")
        .atMost(SOON)
        .until(
            () -> {
              if (hostile.getView().size() < 3) {
                return true;
              }
              org.jgroups.Address coordinator = hostile.getView().getCoord();
              org.jgroups.Address leaving =
                  victims.stream()
                      .filter(each -> !each.equals(coordinator))
                      .findFirst()
                      .orElseThrow();
              lowDown(hostile, leave(coordinator, leaving));
              return false;
            });
  }

  private static Message leave(org.jgroups.Address to, org.jgroups.Address leaving) {
    return new EmptyMessage(to)
        .putHeader(GMS_ID, new GMS.GmsHeader(GMS.GmsHeader.LEAVE_REQ, leaving));
  }

  /**
   * To each a view of its own, in which it is alone with the forger, and an answer to a question to
   * join that it never asked. JGroups installs no view in which the receiver is not a member.
   */
  static void forgeViews(JChannel hostile, long number, List<org.jgroups.Address> victims)
      throws Exception {
    org.jgroups.Address me = hostile.getAddress();
    for (org.jgroups.Address victim : victims) {
      lowDown(
          hostile,
          new BytesMessage(victim)
              .setArray(Forger.view(View.create(me, number, me, victim)))
              .putHeader(GMS_ID, new GMS.GmsHeader(GMS.GmsHeader.VIEW)));
      lowDown(
          hostile,
          new BytesMessage(victim)
              .setArray(
                  GMS.marshal(
                      new JoinRsp(
                          View.create(me, number + 1, me, UUID.randomUUID(), victim), null)))
              .putHeader(GMS_ID, new GMS.GmsHeader(GMS.GmsHeader.JOIN_RSP)));
    }
  }

  private static void forgeViewsUntilBelieved(JChannel hostile, AtomicLong number, Pair pair) {
    await()
        .atMost(SOON)
        .until(
            () -> {
              forgeViews(hostile, number.getAndAdd(2), pair.addresses());
              return pair.believed(hostile.getAddress());
            });
  }

  /** Leaves, joins and merges that name the victim and who is made up. */
  static void forgeTheRest(JChannel hostile, org.jgroups.Address target) throws Exception {
    org.jgroups.Address me = hostile.getAddress();
    lowDown(hostile, leave(target, target));
    lowDown(
        hostile,
        new EmptyMessage(target)
            .putHeader(GMS_ID, new GMS.GmsHeader(GMS.GmsHeader.LEAVE_RSP, target)));
    // Somebody who is not there wants in.
    lowDown(
        hostile,
        new EmptyMessage(target)
            .putHeader(GMS_ID, new GMS.GmsHeader(GMS.GmsHeader.JOIN_REQ, UUID.randomUUID())));
    lowDown(
        hostile,
        new BytesMessage(target)
            .setArray(Forger.members(List.of(me, target)))
            .putHeader(
                GMS_ID,
                new GMS.GmsHeader(GMS.GmsHeader.MERGE_REQ).mbr(me).mergeId(MergeId.create(me))));
    lowDown(
        hostile,
        new EmptyMessage(target)
            .putHeader(
                GMS_ID, new GMS.GmsHeader(GMS.GmsHeader.CANCEL_MERGE).mergeId(MergeId.create(me))));
  }

  private static boolean bothRead(People.Someone one, People.Someone other, String word) {
    one.says(word + " to ben");
    other.says(word + " to anna");
    return other.read().contains(word + " to ben") && one.read().contains(word + " to anna");
  }

  private interface Forging {
    void again() throws Exception;
  }

  /** Two ends that somebody parts, and what JGroups made each of them believe of who is there. */
  private static final class Pair {
    private final List<JChannel> channels;
    private final List<Probe> probes = List.of(new Probe(), new Probe());

    Pair(JChannel one, JChannel other) throws Exception {
      channels = List.of(one, other);
      probes.get(0).above(one);
      probes.get(1).above(other);
    }

    List<org.jgroups.Address> addresses() {
      return channels.stream().map(JChannel::getAddress).toList();
    }

    /**
     * Whether JGroups really installed what was forged: at one of the two that the other left, and
     * at both a view and an answer to a join, of the forger's making.
     */
    boolean believed(org.jgroups.Address forger) {
      List<org.jgroups.Address> both = addresses();
      boolean left = false;
      for (int i = 0; i < 2; i++) {
        org.jgroups.Address self = both.get(i);
        List<View> views = probes.get(i).views;
        if (views.stream().noneMatch(each -> isBy(forger, each, List.of(forger, self)))
            || views.stream().noneMatch(each -> isBy(forger, each, null) && each.size() == 3)) {
          return false;
        }
        left |= views.stream().anyMatch(each -> isBy(self, each, List.of(self, forger)));
      }
      return left;
    }

    /** The same, whoever it was. */
    boolean believedSomebody() {
      return probes.get(0).views.stream().map(View::getCreator).anyMatch(this::believed);
    }

    private static boolean isBy(
        org.jgroups.Address creator, View view, @Nullable List<org.jgroups.Address> members) {
      return view.getCreator().equals(creator)
          && (members == null || view.getMembers().equals(members));
    }

    /**
     * What one says while they are parted reaches the other before their views grow together. Each
     * time they do, another word is said.
     */
    void hearEachOther(Predicate<String> talk, Forging forging) {
      await("to hear each other while parted")
          .atMost(SOON)
          .until(
              () -> {
                long together = together();
                if (!areParted()) {
                  forging.again();
                  return false;
                }
                return talk.test("parted " + together) && areParted() && together() == together;
              });
    }

    boolean areTogether() {
      return channels.stream()
          .allMatch(
              each -> Set.copyOf(each.getView().getMembers()).equals(Set.copyOf(addresses())));
    }

    private boolean areParted() {
      List<org.jgroups.Address> both = addresses();
      return !channels.get(0).getView().containsMember(both.get(1))
          && !channels.get(1).getView().containsMember(both.get(0));
    }

    /** How many views either ever had with both in them. */
    private long together() {
      return probes.stream()
          .flatMap(each -> each.views.stream())
          .filter(each -> each.getMembers().containsAll(addresses()))
          .count();
    }
  }

  /** Writes what JGroups' membership protocol would. */
  private static final class Forger extends GMS {
    static ByteArray view(View view) {
      return marshal(view, null);
    }

    static ByteArray members(List<org.jgroups.Address> members) {
      return marshal(members);
    }
  }

  private static void lowDown(JChannel hostile, Message message) throws Exception {
    lowDown(hostile, hostile.getAddress(), message);
  }

  private static void lowDown(JChannel hostile, org.jgroups.Address from, Message message)
      throws Exception {
    message.setSrc(from);
    hostile.getProtocolStack().getTransport().down(message.setFlag(Flag.OOB, Flag.NO_RELIABILITY));
  }
}
