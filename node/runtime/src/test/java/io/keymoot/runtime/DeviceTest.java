package io.keymoot.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.keymoot.admission.WallTime;
import io.keymoot.admission.authority.Authority;
import io.keymoot.admission.authority.CertificateRequest;
import io.keymoot.admission.authority.KeyFile;
import io.keymoot.admission.certificate.AlternativeNames;
import io.keymoot.admission.certificate.Certificate;
import io.keymoot.admission.certificate.Pem;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.runtime.People.Someone;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jgroups.JChannel;
import org.jgroups.protocols.DISCARD;
import org.jgroups.protocols.TP;
import org.jgroups.stack.ProtocolStack;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a device keeps on its disk.
 *
 * <p>Whole in one file, though long: each test is one thing that may befall one folder.
 */
@Execution(ExecutionMode.CONCURRENT)
final class DeviceTest {
  private static final Entropy ENTROPY = new SecureRandom()::nextBytes;

  private final People people = new People();

  @TempDir private Path folder = Path.of("");

  @AfterEach
  void closeAll() {
    people.close();
  }

  // ---- identity

  @Test
  void anIdentityThatWasMadeIsFoundAgainAndItsOwnerAloneReadsIt() throws Exception {
    Path device = folder.resolve("device");
    try (Identity made = Identity.loadOrMake(device);
        Identity again = Identity.loadOrMake(device)) {
      assertThat(again.device()).isEqualTo(made.device());
    }
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(device.resolve("key.pem"))))
        .isEqualTo("rw-------");
  }

  @Test
  void aDamagedKeyIsExplainedAndLeftWhereItIs() throws Exception {
    try (Identity made = Identity.loadOrMake(folder)) {
      assertThat(made.credential().certificates()).isEmpty();
    }
    Path key = folder.resolve("key.pem");
    Files.writeString(key, Files.readString(key).replace("PRIVATE", "PIRATE"));
    byte[] damaged = Files.readAllBytes(key);
    assertThatThrownBy(() -> Identity.loadOrMake(folder))
        .isInstanceOf(IdentityUnusable.class)
        .hasMessageContaining("key.pem")
        .hasMessageContaining("PRIVATE KEY");
    assertThat(Files.readAllBytes(key)).isEqualTo(damaged);
  }

  /** Who can write it can put a key of his own there: the device would be somebody else. */
  @ParameterizedTest
  @ValueSource(strings = {"rw-r--r--", "rw-----w-", "rw--w----"})
  void aKeyThatOthersCanReadOrChangeIsNotUsed(String rights) throws Exception {
    Identity.loadOrMake(folder).close();
    Files.setPosixFilePermissions(
        folder.resolve("key.pem"), PosixFilePermissions.fromString(rights));
    assertThatThrownBy(() -> Identity.load(folder, new char[0]))
        .isInstanceOf(IdentityUnusable.class)
        .hasMessageContaining("read or change")
        .hasMessageContaining("chmod 600");
  }

  /** Somebody certified this device: a new one would not be let in, and nobody would know why. */
  @Test
  void whereACertifiedKeyIsLostNoNewIdentityIsMadeInItsPlace() throws Exception {
    try (Site site = new Site();
        Identity made = Identity.loadOrMake(folder)) {
      writeChain(site.chain(made, "door 4"));
    }
    Files.delete(folder.resolve("key.pem"));
    assertThatThrownBy(() -> Identity.loadOrMake(folder))
        .isInstanceOf(IdentityUnusable.class)
        .hasMessageContaining("key.pem")
        .hasMessageContaining("chain.pem")
        .hasMessageContaining("Put the key back");
    assertThat(folder.resolve("key.pem")).doesNotExist();
    Files.delete(folder.resolve("chain.pem"));
    Identity.loadOrMake(folder).close();
    assertThat(folder.resolve("key.pem")).exists();
  }

  /** As where the key is on a disk that is not there now. */
  @Test
  void norWhereItsFileIsALinkToNothing() throws Exception {
    Path key = Files.createSymbolicLink(folder.resolve("key.pem"), folder.resolve("elsewhere"));
    assertThatThrownBy(() -> Identity.loadOrMake(folder))
        .isInstanceOf(IdentityUnusable.class)
        .hasMessageContaining("no such file");
    assertThat(Files.isSymbolicLink(key)).isTrue();
  }

  @Test
  void anEmptyFolderSaysWhatBelongsThere() {
    assertThatThrownBy(() -> Identity.load(folder, new char[0]))
        .isInstanceOf(IdentityUnusable.class)
        .hasMessageContaining("identity.p12");
  }

  @Test
  void pkcs12AndPemHoldTheSameIdentity() throws Exception {
    try (Site site = new Site();
        Identity made = Identity.loadOrMake(folder)) {
      List<Certificate> chain = site.chain(made, "door 4");
      writeChain(chain);
      char[] password = "open sesame".toCharArray();
      Path other = Files.createDirectory(folder.resolve("other"));
      OwnFile.write(
          other.resolve("identity.p12"),
          KeyFile.pkcs12(made.key(), chain, "door 4", password, ENTROPY));
      try (Identity pem = Identity.load(folder, new char[0]);
          Identity pkcs12 = Identity.load(other, password)) {
        assertThat(pkcs12.device()).isEqualTo(pem.device()).isEqualTo(made.device());
        assertThat(pkcs12.credential()).isEqualTo(pem.credential());
        assertThat(pem.credential().certificates()).isNotEmpty();
      }
      assertThatThrownBy(() -> Identity.load(other, "wrong".toCharArray()))
          .isInstanceOf(IdentityUnusable.class)
          .hasMessageContaining("password");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PEM", "PKCS#12"})
  void aCertificateRenewedOnDiskIsTakenUpAndNobodyNotices(String form) throws Exception {
    boolean isPkcs12 = form.equals("PKCS#12");
    char[] password = isPkcs12 ? "open sesame".toCharArray() : new char[0];
    try (Site site = new Site()) {
      Identity anna = Identity.loadOrMake(folder.resolve("anna"));
      Identity ben = Identity.loadOrMake(folder.resolve("ben"));
      writeChain(folder.resolve("anna"), site.chain(anna, "anna"));
      Path bens = folder.resolve("ben");
      if (isPkcs12) {
        Files.delete(bens.resolve("key.pem"));
      }
      write(bens, isPkcs12, ben, site.chain(ben, "ben"), password);
      Identity annaCertified = Identity.load(folder.resolve("anna"), new char[0]);
      Identity benCertified = Identity.load(bens, password);
      Someone founder =
          people.add(
              "anna", annaCertified, people.builder(annaCertified).found(site.plan(people.name)));
      Someone joiner =
          people.add(
              "ben",
              benCertified,
              people
                  .builder(benCertified)
                  .renewingFrom(bens, password, Duration.ofMillis(50))
                  .join(people.name));
      people.settled(founder, joiner);
      assertThat(names(founder)).anyMatch(name -> name.contains("ben"));
      assertThat(founder.node.members().toCompletableFuture().join())
          .extracting(Member::standing)
          .containsOnly(Member.Standing.VERIFIED);
      int rosters = founder.saw(NodeEvent.RosterChanged.class).size();
      assertThat(joiner.stay().begunBy().type()).isEqualTo(MessageType.ADMIT);

      write(bens, isPkcs12, ben, site.chain(ben, "ben the second"), password);
      await().atMost(People.SOON).until(() -> !joiner.saw(NodeEvent.RenewalIs.class).isEmpty());
      await()
          .atMost(People.SOON)
          .until(() -> names(founder).stream().anyMatch(name -> name.contains("the second")));
      assertThat(joiner.stay().begunBy().type()).isEqualTo(MessageType.HERE);
      joiner.says("still me");
      founder.reads("still me");
      assertThat(founder.saw(NodeEvent.RosterChanged.class)).hasSize(rosters);
      anna.close();
      ben.close();
    }
  }

  /**
   * Two rooms of the same two people. In each, every member asks about a chain once and keeps the
   * answer, so whatever the network's memory knew another had asked it.
   */
  @Test
  void whatOneHasVerifiedTheOthersOfItsNetworkKnow() throws Exception {
    try (Site site = new Site()) {
      people.policy =
          People.rules(People.OPEN_HOUSE.replace("admit: anybody", "admit: {certificate: any}"));
      Identity anna = certified(site, "anna");
      Identity ben = certified(site, "ben");
      Network network = people.network();
      for (String room : List.of(people.name, people.name + " second room")) {
        people.settled(
            people.add(
                "anna", anna, GroupNode.of(network, anna, people.policy).found(site.plan(room))),
            people.add("ben", ben, GroupNode.of(network, ben, people.policy).join(room)));
      }
      // Where nothing was ever asked, the rate is 1.
      await().atMost(People.SOON).until(() -> network.chains().stats().hitCount() > 0);
      assertThat(network.hitRates().get("chains")).isPositive();
    }
  }

  @Test
  void whoseCertificateWasRevokedIsNotLetInFromTheFirstQuestionOn() throws Exception {
    try (Site site = new Site()) {
      people.policy =
          People.rules(
              People.OPEN_HOUSE.replace("admit: anybody", "admit: {certificate: any}")
                  + "certificates: {revocation: required}\n");
      Identity anna = certified(site, "anna");
      Identity ben = certified(site, "ben");
      Identity cora = certified(site, "cora");
      Someone founder =
          people.add(
              "anna",
              anna,
              people
                  .builder(anna)
                  .revocations(List.of(site.revoking(ben)))
                  .found(site.plan(people.name)));
      Someone bens = people.add("ben", ben, people.builder(ben).join(people.name));
      Someone coras = people.add("cora", cora, people.builder(cora).join(people.name));
      people.settled(founder, coras);
      await().atMost(People.SOON).until(() -> refusals(founder).contains("was revoked"));
      assertThat(bens.node.status().state()).isNotEqualTo(NodeState.SETTLED);

      // Another list takes the place of all earlier ones.
      founder.node.revocations(List.of(site.revoking())).toCompletableFuture().join();
      coras.node.revocations(List.of(site.revoking())).toCompletableFuture().join();
      people.settled(founder, bens, coras);

      founder.node.revocations(List.of(People.text("no list"))).toCompletableFuture().join();
      await().atMost(People.SOON).until(() -> !founder.saw(NodeEvent.PolicyFaults.class).isEmpty());
      assertThat(founder.saw(NodeEvent.PolicyFaults.class).getLast().faults())
          .singleElement()
          .asString()
          .contains("Revocation list 1 cannot be read");
    }
  }

  private Identity certified(Site site, String name) throws Exception {
    Path own = folder.resolve(name);
    try (Identity made = Identity.loadOrMake(own)) {
      writeChain(own, site.chain(made, name));
    }
    return Identity.load(own, new char[0]);
  }

  private static String refusals(Someone who) {
    return who.saw(NodeEvent.Decided.class).toString();
  }

  @Test
  void aCertificateRenewedBeforeTheDeviceIsInIsTakenUpOnceItIs() throws Exception {
    try (Site site = new Site();
        Identity device = Identity.loadOrMake(folder)) {
      writeChain(site.chain(device, "door 4"));
      List<Bytes> asked = new CopyOnWriteArrayList<>();
      try (Identity certified = Identity.load(folder, new char[0]);
          RenewalWatch watch =
              new RenewalWatch(
                  folder,
                  new char[0],
                  certified,
                  Duration.ofMillis(20),
                  credential -> {
                    asked.add(credential);
                    return asked.size() < 3
                        ? CompletableFuture.failedFuture(new NotNow("not in yet"))
                        : CompletableFuture.completedFuture(Optional.empty());
                  })) {
        assertThat(asked).as(watch + " sees nothing new").isEmpty();
        writeChain(site.chain(device, "door 5"));
        await().until(() -> asked.size() == 3);
        assertThat(asked).allMatch(asked.getFirst()::equals);
      }
    }
  }

  /** The file may be half written, or its disk away for a moment. */
  @Test
  void aRenewedCertificateThatCannotBeReadIsTriedAgain() throws Exception {
    try (Site site = new Site();
        Identity device = Identity.loadOrMake(folder)) {
      writeChain(site.chain(device, "door 4"));
      List<Bytes> asked = new CopyOnWriteArrayList<>();
      try (Identity certified = Identity.load(folder, new char[0]);
          RenewalWatch watch =
              new RenewalWatch(
                  folder,
                  new char[0],
                  certified,
                  Duration.ofMillis(20),
                  credential -> {
                    asked.add(credential);
                    return CompletableFuture.completedFuture(Optional.empty());
                  })) {
        Path key = folder.resolve("key.pem");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        writeChain(site.chain(device, "door 5"));
        await()
            .during(Duration.ofMillis(200))
            .until(() -> asked.isEmpty() && !watch.toString().isEmpty());
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        await().until(() -> asked.size() == 1);
      }
    }
  }

  private static List<String> names(Someone who) {
    return who.node.members().toCompletableFuture().join().stream().map(Member::name).toList();
  }

  // ---- what is remembered

  @Test
  void whoWasPutOutIsRememberedAndTheFileIsItsOwnersAlone() throws Exception {
    Path file = expelled();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    List<NodeEvent> told = new ArrayList<>();
    assertThat(new Remembered(folder, told::add).load(group(file))).isNotEmpty();
    assertThat(told).isEmpty();
  }

  @Test
  void whatIsRememberedIsKnownAgainAfterTheNextAdmission() throws Exception {
    Path file = expelled();
    Someone anna = everybody.get(0);
    Someone cora = everybody.get(2);
    assertThat(Files.size(file)).isPositive();
    // Ben starts again with what he remembers; Anna, who also knows, is there to let him in.
    Someone ben = everybody.get(1);
    ben.node.close();
    Someone again =
        people.add(
            "ben again",
            ben.identity,
            people.builder(ben.identity).rememberingIn(folder).join(people.name));
    people.settled(anna, again);
    assertThat(again.node.members().toCompletableFuture().join())
        .noneMatch(member -> member.device().equals(cora.identity.device()));
    // Nothing that was remembered was refused.
    assertThat(again.saw(NodeEvent.Refused.class)).isEmpty();
  }

  /**
   * Cora is cut off before she learns that she is put out, and nobody else is there when the device
   * starts again: in the group as she tells it she is a member, and lets the device in. That one
   * knows better, and so does she then.
   */
  @Test
  void whoeverIsToldAHistoryWithoutAnExpulsionThatItRemembersDoesNotBelieveIt() throws Exception {
    try (JChannel annas = ClusterStack.local().open("keymoot");
        JChannel bens = ClusterStack.local().open("keymoot");
        JChannel coras = ClusterStack.local().open("keymoot")) {
      for (JChannel each : List.of(annas, bens, coras)) {
        each.connect(people.name + " lent");
      }
      Identity benId = Identity.selfMade();
      Someone anna = people.founder("anna", ClusterStack.fork(annas));
      Someone ben = people.add("ben", benId, remembering(benId, bens));
      Someone cora = people.joiner("cora", ClusterStack.fork(coras));
      people.settled(anna, ben, cora);
      DISCARD cut = cut(coras);
      anna.node.evict(cora.identity.device());
      ben.node.evict(cora.identity.device());
      people.settled(anna, ben);
      anna.node.close();
      ben.node.close();
      assertThat(cora.node.status().state()).isNotEqualTo(NodeState.OUT);

      cut.discardAll(false);
      Someone again = people.add("ben again", benId, remembering(benId, bens));
      // However long the views of the three take to grow together again, which is JGroups' affair
      // and the machine's: what must not be is seen the moment it is.
      await()
          .atMost(People.IN_THE_END)
          .until(
              () -> {
                again.says("for those who are in");
                return cora.node.status().state() == NodeState.OUT || !cora.read().isEmpty();
              });
      assertThat(cora.read()).isEmpty();
      assertThat(cora.node.status().state()).isEqualTo(NodeState.OUT);
      assertThat(again.node.members().toCompletableFuture().join())
          .noneMatch(member -> member.device().equals(cora.identity.device()));
      people.close();
    }
  }

  /**
   * Dan meets nobody but cora, who was put out and was not there to hear of it. Once he hears the
   * others too, his stay falls with hers; he was not put out himself, so he asks them.
   */
  @Test
  void whoWasLetInByOneWhoWasPutOutComesInAmongTheOthersByItself() throws Exception {
    try (JChannel annas = ClusterStack.local().open("keymoot");
        JChannel bens = ClusterStack.local().open("keymoot");
        JChannel coras = ClusterStack.local().open("keymoot")) {
      for (JChannel each : List.of(annas, bens, coras)) {
        each.connect(people.name + " lent");
      }
      Someone anna = people.founder("anna", ClusterStack.fork(annas));
      Someone ben = people.joiner("ben", ClusterStack.fork(bens));
      Someone cora = people.joiner("cora", ClusterStack.fork(coras));
      people.settled(anna, ben, cora);
      DISCARD offCora = cut(coras);
      anna.node.evict(cora.identity.device());
      ben.node.evict(cora.identity.device());
      people.settled(anna, ben);
      DISCARD offAnna = cut(annas);
      DISCARD offBen = cut(bens);
      offCora.discardAll(false);
      try (JChannel dans = ClusterStack.local().open("keymoot")) {
        dans.connect(people.name + " lent");
        Someone dan = people.joiner("dan", ClusterStack.fork(dans));
        await()
            .atMost(People.IN_THE_END)
            .until(() -> dan.node.status().state() == NodeState.SETTLED);
        assertThat(dan.node.member(cora.identity.device())).as("who let him in").isPresent();

        offAnna.discardAll(false);
        offBen.discardAll(false);
        await()
            .atMost(People.IN_THE_END)
            .untilAsserted(
                () -> {
                  for (Someone each : List.of(anna, ben, dan)) {
                    assertThat(each.node.status().state()).isEqualTo(NodeState.SETTLED);
                    assertThat(devices(each))
                        .containsExactlyInAnyOrder(
                            anna.identity.device(), ben.identity.device(), dan.identity.device());
                  }
                });
        assertThat(dan.saw(NodeEvent.Status.class))
            .anyMatch(
                told -> told.state() == NodeState.SYNCING && told.cause().contains("was put out"))
            .noneMatch(told -> told.state() == NodeState.OUT);
        await().atMost(People.SOON).until(() -> cora.node.status().state() == NodeState.OUT);
        people.close();
      }
    }
  }

  private static DISCARD cut(JChannel off) throws Exception {
    DISCARD cut = new DISCARD().discardAll(true);
    off.getProtocolStack().insertProtocol(cut, ProtocolStack.Position.ABOVE, TP.class);
    return cut;
  }

  private static List<Fingerprint> devices(Someone at) {
    return at.node.members().toCompletableFuture().join().stream().map(Member::device).toList();
  }

  private GroupNode remembering(Identity identity, JChannel lent) {
    return GroupNode.of(people.network(ClusterStack.fork(lent)), identity, people.policy)
        .rememberingIn(folder)
        .join(people.name);
  }

  @Test
  void whoClosesAtOnceStillRemembersWhoWasPutOut() throws Exception {
    Someone anna = people.founder("anna");
    Identity benId = Identity.selfMade();
    Someone ben =
        people.add("ben", benId, people.builder(benId).rememberingIn(folder).join(people.name));
    Someone cora = people.joiner("cora");
    people.settled(anna, ben, cora);
    ben.node.listen(
        (id, event) -> {
          if (event instanceof NodeEvent.RosterChanged changed && !changed.went().isEmpty()) {
            ben.node.close();
          }
        });
    anna.node.evict(cora.identity.device());
    ben.node.evict(cora.identity.device());
    await().atMost(People.SOON).until(() -> ben.node.status().state() == NodeState.OUT);
    await()
        .atMost(People.SOON)
        .untilAsserted(
            () -> {
              try (Stream<Path> files = Files.list(folder)) {
                assertThat(files).anyMatch(file -> file.toString().endsWith(".facts"));
              }
            });
  }

  /** Who was put out of the other group was so before this device was in it. */
  @Test
  void whoMovesToAnotherGroupRemembersWhoWasPutOutOfThat() throws Exception {
    Path file = expelled();
    Files.delete(file);
    GroupId there = everybody.get(0).node.group().orElseThrow();
    Identity danId = Identity.selfMade();
    Path memory = Files.createDirectory(folder.resolve("dan's"));
    Someone dan =
        people.add("dan", danId, people.builder(danId).rememberingIn(memory).found(people.plan()));
    people.settled(dan);
    dan.node.moveTo(there).toCompletableFuture().join();
    await().atMost(People.SOON).until(() -> dan.node.group().equals(Optional.of(there)));
    await()
        .atMost(People.SOON)
        .until(() -> !new Remembered(memory, event -> {}).load(there).isEmpty());
  }

  @Test
  void aDamagedMemoryIsExplainedAndSetAside() throws Exception {
    Path file = expelled();
    byte[] whole = Files.readAllBytes(file);
    GroupId group = group(file);
    for (int damage = 0; damage < 4; damage++) {
      byte[] bad =
          switch (damage) {
            case 0 -> Arrays.copyOf(whole, whole.length / 2);
            case 1 -> flipped(whole, whole.length / 2);
            case 2 -> flipped(whole, 14);
            default -> new byte[0];
          };
      Files.write(file, bad);
      List<NodeEvent> told = new ArrayList<>();
      assertThat(new Remembered(folder, told::add).load(group)).isEmpty();
      assertThat(told).hasSize(1);
      NodeEvent.SetAside aside = (NodeEvent.SetAside) told.get(0);
      assertThat(aside.why()).contains("starts without knowing");
      assertThat(Files.readAllBytes(aside.now())).isEqualTo(bad);
      assertThat(file).doesNotExist();
    }
  }

  /** Whole, as an older or newer program wrote it: it may be of use to that one again. */
  @Test
  void aMemoryOfAnotherVersionIsExplainedAndSetAsideThoughItIsWhole() throws Exception {
    Path file = expelled();
    byte[] other = Files.readAllBytes(file);
    int version = "keymoot facts".length() + 1;
    assertThat(other[version]).isEqualTo((byte) 2);
    other[version] = 3;
    int end = other.length - Hash32.LENGTH;
    Hash32.sha256(Arrays.copyOf(other, end)).write(other, end);
    Files.write(file, other);
    List<NodeEvent> told = new ArrayList<>();
    assertThat(new Remembered(folder, told::add).load(group(file))).isEmpty();
    assertThat(told).hasSize(1);
    NodeEvent.SetAside aside = (NodeEvent.SetAside) told.get(0);
    assertThat(aside.why()).startsWith("it is of version 3, this program reads 1 to 2");
    assertThat(Files.readAllBytes(aside.now())).isEqualTo(other);
    assertThat(file).doesNotExist();
  }

  @Test
  void aMemoryThatIsTooLargeIsNotWrittenAndExplainedWhereItIsRead() throws Exception {
    GroupId group = new GroupId(Hash32.sha256(new byte[0]));
    List<NodeEvent> told = new ArrayList<>();
    Remembered memory = new Remembered(folder, told::add);
    memory.save(group, List.of());
    Path file = memory.file(group);
    byte[] before = Files.readAllBytes(file);
    Bytes fact = Bytes.owning(new byte[60_000]);
    assertThatThrownBy(() -> memory.save(group, Collections.nCopies(560, fact)))
        .isInstanceOf(MemoryWriter.TooLarge.class);
    assertThat(Files.readAllBytes(file)).isEqualTo(before);

    try (RandomAccessFile grown = new RandomAccessFile(file.toFile(), "rw")) {
      grown.setLength(RuntimeLimits.REMEMBERED_BYTES + 1);
    }
    assertThat(memory.load(group)).isEmpty();
    assertThat(told).hasSize(1);
    assertThat(((NodeEvent.SetAside) told.get(0)).why())
        .startsWith("it has 33,554,433 bytes, and none that this program writes has more than");
  }

  /** All names that it could have are taken. */
  @Test
  void whereAnUnusableMemoryCannotBeSetAsideThatIsToldWithTheReason() throws Exception {
    GroupId group = new GroupId(Hash32.sha256(new byte[0]));
    List<NodeEvent> told = new ArrayList<>();
    Remembered memory = new Remembered(folder, told::add);
    Path file = memory.file(group);
    Files.write(file, new byte[] {1});
    for (int i = 1; i <= 1_000; i++) {
      Files.createFile(file.resolveSibling(file.getFileName() + ".unusable-" + i));
    }
    assertThat(memory.load(group)).isEmpty();
    assertThat(told).hasSize(1);
    assertThat(((NodeEvent.NotRead) told.get(0)).why())
        .startsWith("it is no file of remembered facts")
        .contains("nor could it be set aside: java.nio.file.FileAlreadyExistsException")
        .contains("unusable-1000")
        .contains("starts without knowing");
    assertThat(Files.readAllBytes(file)).containsExactly(1);
  }

  /** Whoever reads it meanwhile finds what a start after a crash would find. */
  @Test
  void aFileIsTheOldOrTheNewAtEveryMomentOfItsReplacement() throws Exception {
    Path file = folder.resolve("GROUP.facts");
    OwnFile.write(file, filled(0));
    CompletableFuture<Void> writing =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 1; i <= 200; i++) {
                try {
                  OwnFile.write(file, filled(i));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              }
            },
            Thread::startVirtualThread);
    while (!writing.isDone()) {
      byte[] read = Files.readAllBytes(file);
      assertThat(read).isEqualTo(filled(read[0]));
    }
    writing.join();
    assertThat(Files.readAllBytes(file)).isEqualTo(filled(200));
  }

  @Test
  void aWritingThatFailsLeavesTheOldFileAndWhatACrashLeftIsInNobodysWay() throws Exception {
    Path file = folder.resolve("GROUP.facts");
    Path fresh = folder.resolve("GROUP.facts.new");
    OwnFile.write(file, filled(1));

    // Half of it, and others may read it.
    Files.write(fresh, new byte[10]);
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
    OwnFile.write(file, filled(2));
    assertThat(Files.readAllBytes(file)).isEqualTo(filled(2));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(fresh).doesNotExist();

    Files.createDirectories(fresh.resolve("taken"));
    assertThatThrownBy(() -> OwnFile.write(file, filled(3))).isInstanceOf(IOException.class);
    assertThat(Files.readAllBytes(file)).isEqualTo(filled(2));
  }

  private static byte[] filled(int with) {
    byte[] value = new byte[100_000];
    Arrays.fill(value, (byte) with);
    return value;
  }

  @Test
  void aMemoryThatCannotBeReadIsToldAndLeftWhereItIs() throws Exception {
    Path file = expelled();
    Files.delete(file);
    Files.createDirectory(file);
    List<NodeEvent> told = new ArrayList<>();
    assertThat(new Remembered(folder, told::add).load(everybody.get(0).node.group().orElseThrow()))
        .isEmpty();
    assertThat(told).hasSize(1);
    assertThat(((NodeEvent.NotRead) told.get(0)).file()).isEqualTo(file);
    assertThat(((NodeEvent.NotRead) told.get(0)).why()).contains("starts without knowing");
  }

  @Test
  void whereADiskFailsThatIsToldAndWhatItMissedIsWrittenOnceItIsBack() throws Exception {
    Path disk = folder.resolve("disk");
    Files.writeString(disk, "no folder");
    Someone anna = people.founder("anna");
    Identity benId = Identity.selfMade();
    Someone ben =
        people.add(
            "ben",
            benId,
            people.builder(benId).rememberingIn(disk.resolve("memory")).join(people.name));
    Someone cora = people.joiner("cora");
    people.settled(anna, ben, cora);
    anna.node.evict(cora.identity.device());
    ben.node.evict(cora.identity.device());
    await().atMost(People.SOON).until(() -> !ben.saw(NodeEvent.NotWritten.class).isEmpty());
    people.settled(anna, ben);
    assertThat(ben.saw(NodeEvent.WrittenAgain.class)).isEmpty();
    Files.delete(disk);
    await().atMost(People.SOON).until(() -> !ben.saw(NodeEvent.WrittenAgain.class).isEmpty());
    assertThat(ben.saw(NodeEvent.NotWritten.class)).hasSize(1);
    Path file = ben.saw(NodeEvent.WrittenAgain.class).getFirst().file();
    assertThat(file).isEqualTo(ben.saw(NodeEvent.NotWritten.class).getFirst().file());
    assertThat(
            new Remembered(disk.resolve("memory"), event -> {})
                .load(ben.node.group().orElseThrow()))
        .isNotEmpty();
    assertThat(file).exists();
  }

  private final List<Someone> everybody = new ArrayList<>();

  /** Anna and Ben put Cora out, and remember it. */
  private Path expelled() throws Exception {
    Someone anna = people.founder("anna");
    Identity benId = Identity.selfMade();
    Someone ben =
        people.add("ben", benId, people.builder(benId).rememberingIn(folder).join(people.name));
    Someone cora = people.joiner("cora");
    people.settled(anna, ben, cora);
    anna.node.evict(cora.identity.device());
    ben.node.evict(cora.identity.device());
    people.settled(anna, ben);
    everybody.addAll(List.of(anna, ben, cora));
    Path file =
        folder.resolve(anna.node.group().orElseThrow().hash().toHex().substring(0, 16) + ".facts");
    await().atMost(People.SOON).until(() -> Files.exists(file));
    return file;
  }

  private GroupId group(Path file) {
    assertThat(file).exists();
    return everybody.get(0).node.group().orElseThrow();
  }

  private static byte[] flipped(byte[] bytes, int at) {
    byte[] other = bytes.clone();
    other[at] ^= 1;
    return other;
  }

  // ---- certificates

  private void writeChain(List<Certificate> chain) throws IOException {
    writeChain(folder, chain);
  }

  private static void writeChain(Path folder, List<Certificate> chain) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Certificate each : chain) {
      text.append(Pem.write(Pem.CERTIFICATE, each.der()));
    }
    OwnFile.write(folder.resolve("chain.pem"), text.toString().getBytes(StandardCharsets.US_ASCII));
  }

  private static void write(
      Path folder, boolean isPkcs12, Identity device, List<Certificate> chain, char[] password)
      throws IOException {
    if (isPkcs12) {
      OwnFile.write(
          folder.resolve("identity.p12"),
          KeyFile.pkcs12(device.key(), chain, "device", password, ENTROPY));
    } else {
      writeChain(folder, chain);
    }
  }

  /** A root that certifies devices. */
  private static final class Site implements AutoCloseable {
    private final WallTime now = new WallTime(Instant.now().getEpochSecond());
    final Authority root =
        Authority.root(
            Optional.of("Example"),
            "Test root",
            new Authority.Validity(now.plusDays(-1), now.plusDays(100)),
            SignatureKind.ED25519,
            ENTROPY);
    private final Map<Fingerprint, BigInteger> serials = new HashMap<>();
    private int issued;
    private int lists;

    /** Of a group that trusts it. */
    FlatKeying.Founding plan(String name) {
      return new FlatKeying.Founding(
          name,
          Profile.CONFERENCE,
          new Rights(new Rights.AnyMember(), Optional.empty(), 2),
          new Trust(List.of(root.certificate().der()), List.of(), Optional.empty()));
    }

    /** Its list, with these and no others on it; each newer than the one before. */
    Bytes revoking(Identity... devices) {
      lists++;
      SortedMap<BigInteger, WallTime> revoked = new TreeMap<>();
      for (Identity each : devices) {
        revoked.put(Objects.requireNonNull(serials.get(each.device())), now);
      }
      return root.revocationList(
          lists, new Authority.Validity(now.plusSeconds(lists), now.plusDays(1)), revoked);
    }

    List<Certificate> chain(Identity device, String name) {
      issued++;
      Certificate made =
          root.certify(
              CertificateRequest.create(
                  device.key(), Optional.of("Example"), name, AlternativeNames.NONE),
              new Authority.DeviceTerms(
                  new Authority.Validity(now.plusDays(-1), now.plusDays(10L + issued)), List.of()),
              ENTROPY);
      serials.put(device.device(), made.serial());
      List<Certificate> chain = new ArrayList<>(List.of(made));
      chain.addAll(root.chain());
      return chain;
    }

    @Override
    public void close() {
      root.close();
    }
  }
}
