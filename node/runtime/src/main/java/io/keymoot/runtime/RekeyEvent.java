package io.keymoot.runtime;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** For Java Flight Recorder: a key of the group was made here, or taken into use. */
@Name("io.keymoot.Rekey")
@Label("Rekey")
@Description("A key of the group was made by this node, or taken into use")
@Category("Keymoot")
@StackTrace(false)
final class RekeyEvent extends Event {
  @Label("Group")
  String group = "";

  @Label("Epoch")
  String epoch = "";

  @Label("Revision")
  @Description("Steps with each admission; -1 where a key was made and is not in use yet")
  int revision = -1;

  @Label("Members")
  int members;

  @Label("Cover")
  @Description("What telling the others cost, where this node made the key")
  @DataAmount
  int coverBytes;
}
