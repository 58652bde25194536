using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// trigger_crash_dump: interrupts the guest so that it dumps its memory, if it is set up for that. What it makes of it
/// is its own matter, so no state of the server's changes, as in Nova.
/// </summary>
internal sealed class TriggerCrashDump : Workflow
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:servers:trigger_crash_dump");

    private const string Key = "trigger_crash_dump";

    private static readonly Schema Body = Schema.Body(Key, new Schema { Types = ["null"] });

    public override string Action => ActionNames.TriggerCrashDump;

    public override ActionRoute Route => new(Key, Rule) { Since = new Microversion(17), Body = (_, _) => Body };

    protected override StateRule Allowed { get; } =
        new(VmStates.Active, VmStates.Paused, VmStates.Rescued, VmStates.Resized, VmStates.Error)
        {
            Host = HostNeed.First,
        };

    public override IReadOnlyList<Step> Steps(ServerWork work) => [Interrupt(work)];

    public override Server Succeeded(ServerWork work) => work.Server;

    /// <summary>
    /// An attempt that was cut off is made again, though its interrupt may have been sent: better a guest that is
    /// interrupted twice than a success in the record of a guest that never was.
    /// </summary>
    private static Step Interrupt(ServerWork work)
        => new(EventNames.TriggerCrashDump, ct => work.Machines.InterruptAsync(work.Server, ct));
}
