package io.keymoot.benchmarks.compare;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.mls.TreeKEM.LeafIndex;
import org.bouncycastle.mls.TreeKEM.LeafNode;
import org.bouncycastle.mls.TreeKEM.LifeTime;
import org.bouncycastle.mls.codec.Capabilities;
import org.bouncycastle.mls.codec.Credential;
import org.bouncycastle.mls.codec.KeyPackage;
import org.bouncycastle.mls.codec.MLSInputStream;
import org.bouncycastle.mls.codec.MLSMessage;
import org.bouncycastle.mls.codec.MLSOutputStream;
import org.bouncycastle.mls.codec.Proposal;
import org.bouncycastle.mls.codec.Welcome;
import org.bouncycastle.mls.crypto.MlsCipherSuite;
import org.bouncycastle.mls.crypto.Secret;
import org.bouncycastle.mls.protocol.Group;

/**
 * A group of Bouncy Castle's MLS (RFC 9420), suite 1: X25519, AES-128-GCM, Ed25519. Only two of its
 * members are kept: who commits, and one who follows.
 *
 * <p><i>Warm</i>: no node of the tree is blank and nobody is unmerged, as when every member has
 * committed once, which is the best a tree can be. Two newcomers at a time are let in here, and the
 * second of them commits by letting in the next two: so one of each pair has, which fills all that
 * is above. <i>Cold</i>: one member let in all the others, who have not spoken yet.
 */
final class MlsGroup {
  /** Forming a larger one takes this implementation minutes: its time grows with the square. */
  static final int LARGEST_COLD = 4_096;

  /** Siblings in the tree. */
  private static final int PAIR = 2;

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final byte[] NOTHING = new byte[0];

  private record Device(
      AsymmetricCipherKeyPair init,
      AsymmetricCipherKeyPair leaf,
      byte[] signing,
      KeyPackage pack) {}

  private final MlsCipherSuite suite;
  private int members;
  private Group committer;
  private Group follower;

  private MlsGroup(int members) throws Exception {
    this.members = members;
    suite = MlsCipherSuite.getSuite(MlsCipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519);
    Device first = device("0");
    committer =
        new Group(
            new byte[] {1},
            suite,
            first.leaf,
            first.signing,
            first.pack.getLeafNode(),
            new ArrayList<>());
    follower = committer;
  }

  static MlsGroup warm(int members) throws Exception {
    MlsGroup group = new MlsGroup(1);
    group.growTo(members);
    return group;
  }

  /** Of a warm group: as warm as before. */
  void growTo(int most) throws Exception {
    while (members < most) {
      List<Device> comes = new ArrayList<>();
      List<Proposal> adds = new ArrayList<>();
      for (int i = Math.min(PAIR, most - members); i > 0; i--) {
        Device next = device("" + members++);
        comes.add(next);
        adds.add(Proposal.add(next.pack));
      }
      Group.GroupWithMessage added = commit(committer, adds, true);
      follower = added.group;
      committer = join(comes.get(comes.size() - 1), MLSOutputStream.encode(added.message.welcome));
    }
    if (members > 1) {
      refreshFollower();
    }
  }

  static MlsGroup cold(int members) throws Exception {
    MlsGroup group = new MlsGroup(members);
    List<Proposal> adds = new ArrayList<>();
    Device last = group.device("last");
    for (int i = 1; i < members; i++) {
      adds.add(Proposal.add((i == members - 1 ? last : group.device("" + i)).pack));
    }
    Group.GroupWithMessage added = group.commit(group.committer, adds, true);
    group.committer = added.group;
    group.follower = group.join(last, MLSOutputStream.encode(added.message.welcome));
    return group;
  }

  private Device device(String name) throws Exception {
    AsymmetricCipherKeyPair init = suite.getHPKE().generatePrivateKey();
    AsymmetricCipherKeyPair leafKey = suite.getHPKE().generatePrivateKey();
    AsymmetricCipherKeyPair signing = suite.generateSignatureKeyPair();
    byte[] secret = suite.serializeSignaturePrivateKey(signing.getPrivate());
    LeafNode leaf =
        new LeafNode(
            suite,
            suite.getHPKE().serializePublicKey(leafKey.getPublic()),
            suite.serializeSignaturePublicKey(signing.getPublic()),
            Credential.forBasic(name.getBytes(StandardCharsets.UTF_8)),
            new Capabilities(),
            new LifeTime(),
            new ArrayList<>(),
            secret);
    byte[] initKey = suite.getHPKE().serializePublicKey(init.getPublic());
    return new Device(
        init, leafKey, secret, new KeyPackage(suite, initKey, leaf, new ArrayList<>(), secret));
  }

  private Group.GroupWithMessage commit(Group group, List<Proposal> proposals, boolean withPath)
      throws Exception {
    byte[] fresh = new byte[32];
    RANDOM.nextBytes(fresh);
    return group.commit(
        new Secret(fresh),
        new Group.CommitOptions(new ArrayList<>(proposals), true, withPath, null),
        new Group.MessageOptions(),
        new Group.CommitParameters(Group.NORMAL_COMMIT_PARAMS));
  }

  private Group join(Device device, byte[] welcome) throws Exception {
    return new Group(
        suite.getHPKE().serializePrivateKey(device.init.getPrivate()),
        device.leaf,
        device.signing,
        device.pack,
        (Welcome) MLSInputStream.decode(welcome, Welcome.class),
        null,
        new HashMap<>(),
        new HashMap<>());
  }

  private static byte[] bytes(Group.GroupWithMessage made) throws Exception {
    return MLSOutputStream.encode(made.message);
  }

  /** An epoch begins, for who follows too. */
  void refreshFollower() throws Exception {
    Group.GroupWithMessage made = commit(committer, List.of(), true);
    follower = follower.handle(bytes(made), null);
    committer = made.group;
  }

  Group follower() {
    return follower;
  }

  /** Of whom rounds and memory are measured under this name. */
  Turns.Player as(Figures figures, String who) {
    return new Turns.Player() {
      @Override
      public void turn() throws Exception {
        measure(figures, who);
      }

      @Override
      public void end() throws Exception {
        measureMemory(figures, who);
      }
    };
  }

  /** From the text to the bytes that go out. */
  byte[] protect(byte[] text) throws Exception {
    return MLSOutputStream.encode(committer.protect(NOTHING, text, 0));
  }

  /** By the one who follows, which opens what the other protected, in that order. */
  byte[] unprotect(byte[] message) throws Exception {
    MLSMessage read = (MLSMessage) MLSInputStream.decode(message, MLSMessage.class);
    return follower.unprotect(read)[1];
  }

  void measureRemoval(Figures figures, String who) throws Exception {
    LeafIndex middle = new LeafIndex(members / 2);
    byte[][] sent = new byte[1][];
    figures.add(
        who,
        What.REMOVE_AUTHOR,
        members,
        Cpu.micros(
            () -> sent[0] = bytes(commit(committer, List.of(Proposal.remove(middle)), true))));
    figures.add(who, What.REMOVE_MULTICAST, members, sent[0].length);
    figures.add(who, What.REMOVE_ALL_BYTES, members, sent[0].length);
    figures.add(who, What.REMOVE_IN_ALL, members, sent[0].length);
    figures.add(who, What.REMOVE_DELAYS, members, 2); // to who puts commits in order, and on to all
    figures.add(who, What.REMOVE_FOLLOW, members, Cpu.micros(() -> follower.handle(sent[0], null)));
  }

  /** One round of everything, from the same state each time. */
  void measure(Figures figures, String who) throws Exception {
    measureRemoval(figures, who);
    byte[][] sent = new byte[1][];
    figures.add(
        who,
        What.REFRESH_AUTHOR,
        members,
        Cpu.micros(() -> sent[0] = bytes(commit(committer, List.of(), true))));
    figures.add(who, What.REFRESH_BYTES, members, sent[0].length);
    figures.add(
        who, What.REFRESH_FOLLOW, members, Cpu.micros(() -> follower.handle(sent[0], null)));

    Device newcomer = device("new");
    byte[][] welcome = new byte[1][];
    figures.add(
        who,
        What.ADMIT_AUTHOR,
        members,
        Cpu.micros(
            () -> {
              Group.GroupWithMessage added =
                  commit(committer, List.of(Proposal.add(newcomer.pack)), true);
              sent[0] = bytes(added);
              welcome[0] = MLSOutputStream.encode(added.message.welcome);
            }));
    figures.add(who, What.ADMIT_MULTICAST, members, sent[0].length);
    figures.add(who, What.WELCOME_BYTES, members, welcome[0].length);
    figures.add(who, What.WELCOME_WITH_FACTS, members, welcome[0].length);
    figures.add(who, What.ADMIT_FOLLOW, members, Cpu.micros(() -> follower.handle(sent[0], null)));
    figures.add(who, What.WELCOME_CPU, members, Cpu.micros(() -> join(newcomer, welcome[0])));
  }

  /** Of a member who has just come: what it fetched, the tree, is what it keeps. */
  void measureMemory(Figures figures, String who) throws Exception {
    int copies = members > 200 ? 4 : 32;
    Device newcomer = device("new");
    byte[] welcome =
        MLSOutputStream.encode(
            commit(committer, List.of(Proposal.add(newcomer.pack)), true).message.welcome);
    List<Group> kept = new ArrayList<>();
    long before = Cpu.heap();
    for (int i = 0; i < copies; i++) {
      kept.add(join(newcomer, welcome));
    }
    long after = Cpu.heap();
    double each = (after - before) / (double) kept.size();
    figures.add(who, What.STATE, members, each);
    figures.add(who, What.STATE_WITH_FACTS, members, each);
  }
}
