package io.keymoot.simulator.fault;

import java.util.List;
import java.util.stream.Stream;

/** Something that goes wrong now and then, and ends when the time for faults is over. */
public interface Fault {
  String name();

  /** Where its ranges come from. */
  default String source() {
    return "ranges of our own, wider than what networks and tired machines do on bad days";
  }

  /** Whether it shows in a group alone that lets in nobody without a certificate. */
  default boolean needsCertificates() {
    return false;
  }

  /** Plans what is to happen in this run, all within {@link Trouble#until}. */
  void plan(Trouble trouble);

  /** Ends what still goes on. */
  default void end(Trouble trouble) {}

  static List<Fault> all() {
    return List.of(
        new Loss(),
        new Duplication(),
        new Reordering(),
        new Corruption(),
        new Latency(),
        new OneWayCuts(),
        new Flapping(),
        new Partitions(),
        new SlowNodes(),
        new Pauses(),
        new Crashes(),
        new ClockJumps(),
        new Drift(),
        new HoldersVanish(),
        new JoinFlood(),
        new MassLeave(),
        new HalfLeave(),
        new CrashMidAct(),
        new Replays(),
        new Garbage(),
        new Forgery(),
        new Impostors());
  }

  /** Those that draw on nothing that others draw on: with or without them a run is the same. */
  static List<Fault> apart() {
    return List.of(new FrameReplays());
  }

  /** Those that happen only where they are named, or all are: no seed of old draws them. */
  static List<Fault> named() {
    return List.of(
        new OldStates(), new ExpiredCertificates(), new RevokedCertificates(), new DateJumps());
  }

  static Stream<String> names() {
    return Stream.of(all(), apart(), named()).flatMap(List::stream).map(Fault::name);
  }

  /** The name of all of them together. */
  String ALL = "all";

  /** Few and mild, as on a good day on the Internet. */
  List<String> LIGHT = List.of("loss", "duplication", "latency", "pause", "drift");
}
