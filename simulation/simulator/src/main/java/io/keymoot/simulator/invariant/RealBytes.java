package io.keymoot.simulator.invariant;

import io.keymoot.admission.certificate.Credential;
import io.keymoot.admission.certificate.CredentialChecker;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.frame.SFrameSuite;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.flatkeying.keying.Eavesdropper;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.result.Collusion;
import io.keymoot.simulator.world.Frame;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * I1, I3, I6 and P3 to P6 with everything that was ever on the network and in any device's memory.
 *
 * <p>The coalition is everybody who is out in an honest member's view, whoever was never let in and
 * a thief on the wire: it covers every smaller one. It has all randomness its devices ever drew,
 * all keys they ever held and every recorded byte, and opens what opens. An edge from key to key is
 * a ciphertext that really opened. Who is out is told by the letter of section 5, not by the code
 * that is judged. Each question is asked twice: when a key is in use, and once more when all is
 * over, for what was superseded may be told later; then with some frames, too, on which every key
 * is tried that the coalition comes to.
 *
 * <p>Peers of one run share what facts show, so that two of them with the same facts look at one
 * object: what it says is made again here from the recorded bytes, in another order.
 */
public final class RealBytes implements Watcher {
  private static final SFrameSuite SUITE = SFrameSuite.AES_256_GCM_SHA512_128;
  private static final int FRAMES_OF_ONE_IN = 4;

  private final World world;
  private final Eavesdropper eavesdropper;
  private final Set<Question> asked = new LinkedHashSet<>();

  /** One frame for some questions: all of one sender under one key are alike to who tries keys. */
  private final Map<Question, Frame> frames = new HashMap<>();

  /** What members and usable epochs there are depends on the facts alone. */
  private final Set<List<FactId>> counted = new HashSet<>();

  /** By how many were out: keys tried, and read. */
  private final Map<Integer, long[]> collusion = new TreeMap<>();

  private record Question(List<FactId> heads, FactId epoch, int revision) {}

  /**
   * @param isThorough whether each key of a slot is tried on all that was ever made under the slot
   */
  public RealBytes(World world, boolean isThorough) {
    this.world = world;
    this.eavesdropper = new Eavesdropper(world.group(), new CredentialChecker(), isThorough);
    eavesdropper.credential(Credential.SELF_MADE.encode());
    world.nodes().stream()
        .flatMap(node -> node.paper().stream())
        .forEach(paper -> certified(paper.credential()));
    eavesdropper.stranger((Draws) world.outside());
  }

  public Eavesdropper eavesdropper() {
    return eavesdropper;
  }

  public int checked() {
    return eavesdropper.checked();
  }

  private final Set<Node> watched = new LinkedHashSet<>();

  private void watch(Node node) {
    if (watched.add(node)) {
      eavesdropper.watch(node.name(), node.peer().keying(), (Draws) node.entropy());
    }
  }

  @Override
  public void certified(Bytes credential) {
    eavesdropper.credential(credential);
  }

  @Override
  public void said(Node from, Bytes message) {
    watch(from);
    eavesdropper.heard(message);
  }

  @Override
  public void stepped(Node node, GroupState before, List<PeerEffect> effects) {
    watch(node);
    GroupState now = node.known();
    boolean keysChanged = effects.stream().anyMatch(RealBytes::isAboutKeys);
    if (keysChanged) {
      eavesdropper.stepped(node.peer().keying());
    }
    // Who crashed with a fact on its lips has it for itself: nobody ever heard it.
    boolean isHeard = node.isUp() && !node.isByzantine() && now.count() > 0;
    if (isHeard && (now != before || keysChanged)) {
      check(node);
    }
  }

  @Override
  public void sealed(Node from, Frame frame) {
    Question question = new Question(from.known().heads(), frame.epoch(), frame.revision());
    if (!from.isByzantine() && question.hashCode() % FRAMES_OF_ONE_IN == 0) {
      frames.putIfAbsent(question, frame);
    }
  }

  private static boolean isAboutKeys(PeerEffect effect) {
    return effect instanceof PeerEffect.Install || effect instanceof PeerEffect.Activate;
  }

  private void check(Node node) {
    FactId epoch = node.peer().keying().sendingEpoch().orElse(null);
    if (epoch != null
        && asked.add(
            new Question(node.known().heads(), epoch, node.peer().keying().sendingRevision()))) {
      tryToRead(node);
      if (counted.add(node.known().heads())) {
        checkRoster(node);
        checkState(node);
      }
    }
  }

  private void tryToRead(Node node) {
    int before = eavesdropper.checked();
    List<String> wrong = eavesdropper.check(node.peer().keying(), node.tick().millis());
    wrong.forEach(each -> world.violated(each.startsWith("P6") ? "P6" : "I3", each));
    int tried = eavesdropper.checked() - before;
    if (tried > 0) {
      long[] so = collusion.computeIfAbsent(eavesdropper.outThen(), out -> new long[2]);
      so[0] += tried;
      so[1] += wrong.stream().filter(each -> each.contains(" derives ")).count();
    }
  }

  /** I1, by somebody who shares nothing with the peers. */
  private void checkState(Node node) {
    GroupState now = node.known();
    eavesdropper
        .shown(now.heads())
        .filter(again -> !Agreement.View.of(again).equals(Agreement.View.of(now)))
        .ifPresent(
            again ->
                world.violated(
                    "I1",
                    node
                        + " counts "
                        + Agreement.View.of(now)
                        + ", and who learns the same facts in another order "
                        + Agreement.View.of(again)));
  }

  private void checkRoster(Node node) {
    TreeSet<String> byTheLetter = new TreeSet<>();
    TreeSet<String> counted = new TreeSet<>();
    for (Person person : node.known().members()) {
      counted.add(person.id().toString());
    }
    for (Node other : world.nodes()) {
      if (watched.contains(other) && eavesdropper.isMember(node.known(), other.member())) {
        byTheLetter.add(other.member().toString());
      }
    }
    byTheLetter.removeAll(counted);
    if (!byTheLetter.isEmpty()) {
      world.violated("I6", node + " counts out who is in: " + byTheLetter);
    }
    for (Person person : node.known().members()) {
      if (!eavesdropper.isMember(node.known(), person.id())) {
        world.violated("I6", node + " counts in who is out: " + person.id());
      }
    }
  }

  @Override
  public void finished() {
    for (Node node : world.honest()) {
      if (node.known().count() > 0) {
        tryToRead(node);
      }
    }
    for (Question each : asked) {
      eavesdropper
          .checkAgain(each.heads, each.epoch, each.revision)
          .forEach(wrong -> world.violated("I3", wrong));
      Frame frame = frames.get(each);
      if (frame != null) {
        eavesdropper
            .opens(each.heads, each.epoch, frame.stay(), SUITE, frame.bytes())
            .forEach(wrong -> world.violated("I3", wrong));
      }
    }
    eavesdropper.checkNewcomers().forEach(each -> world.violated("P4", each));
  }

  /** P6; not while the run remembers secrets for whoever makes them again. */
  public void askOutsiders() {
    eavesdropper.checkOutsiders().forEach(each -> world.violated("P6", each));
  }

  /** What the coalitions came to. */
  public List<Collusion> collusion() {
    return collusion.entrySet().stream()
        .map(each -> new Collusion(each.getKey(), each.getValue()[0], each.getValue()[1]))
        .toList();
  }

  /** For reports: how many secrets the thieves had to try with. */
  public int pooled() {
    return eavesdropper.pooled();
  }
}
