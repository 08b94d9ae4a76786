package io.keymoot.runtime;

import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.Serializable;
import org.jgroups.Global;
import org.jgroups.util.Util;

/**
 * What this JVM may make of serialised Java objects that arrive over JGroups.
 *
 * <p>Anybody on the network may send them, and JGroups reads them before anyone can look at them:
 * reading alone runs code of the classes they name. Keymoot needs none of them. Filters hold for
 * the whole JVM, so an application that shares it chooses.
 */
public enum Deserialisation {
  /**
   * No object is deserialised in this JVM, by anybody: for a process of our own. Where the JVM has
   * a filter already, that one stays, and JGroups is held to nothing by its own.
   */
  FORBIDDEN_IN_JVM,

  /**
   * JGroups deserialises nothing, nor does it create objects of classes a message names; the
   * application's own streams are left alone. For a library in somebody else's process.
   */
  FORBIDDEN_IN_JGROUPS,

  /**
   * Nothing is changed. For an application that itself sends objects over the channel it lends, and
   * has thought about who else can.
   */
  LEFT_TO_APPLICATION;

  private static final String NOTHING = "!*";
  private static final StackWalker CALLERS =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  /**
   * Sets the filters and tries whether they hold.
   *
   * @throws IllegalStateException if they do not; it says what to do
   */
  void enforce() {
    if (this == LEFT_TO_APPLICATION) {
      return;
    }
    synchronized (Deserialisation.class) {
      // JGroups reads this once, when it first meets an object stream.
      if (System.getProperty(Global.DESERIALIZATION_FILTER) == null) {
        System.setProperty(Global.DESERIALIZATION_FILTER, NOTHING);
      }
      if (this == FORBIDDEN_IN_JVM && ObjectInputFilter.Config.getSerialFilter() == null) {
        ObjectInputFilter.Config.setSerialFilter(ObjectInputFilter.Config.createFilter(NOTHING));
      }
      if (!jgroupsRefuses() && ObjectInputFilter.Config.getSerialFilter() == null) {
        // It had met one before, so the property came too late.
        ObjectInputFilter.Config.setSerialFilter(Deserialisation::refuseToJGroups);
      }
      if (!jgroupsRefuses()) {
        throw new IllegalStateException(
            "JGroups would deserialise Java objects from the network here, and this JVM's serial"
                + " filter cannot be changed any more. Start the JVM with -D"
                + Global.DESERIALIZATION_FILTER
                + "='!*', or choose "
                + LEFT_TO_APPLICATION
                + " if the application needs them.");
      }
      PlainMessages.install();
    }
  }

  /** Refuses every class in a stream that JGroups reads, and decides nothing about the others. */
  private static ObjectInputFilter.Status refuseToJGroups(ObjectInputFilter.FilterInfo info) {
    boolean forJGroups =
        CALLERS.walk(
            frames ->
                frames
                    .map(StackWalker.StackFrame::getDeclaringClass)
                    .filter(type -> type.getModule() != Object.class.getModule())
                    .filter(type -> type != Deserialisation.class)
                    .findFirst()
                    .filter(type -> type.getPackageName().startsWith("org.jgroups"))
                    .isPresent());
    return forJGroups ? ObjectInputFilter.Status.REJECTED : ObjectInputFilter.Status.UNDECIDED;
  }

  private static boolean jgroupsRefuses() {
    try {
      Util.objectFromByteBuffer(Util.objectToByteBuffer(new Probe()));
      return false;
    } catch (InvalidClassException refused) {
      return true;
    } catch (Exception other) {
      throw new IllegalStateException("cannot tell whether JGroups deserialises objects", other);
    }
  }

  private static final class Probe implements Serializable {}
}
