using Kiroku.Actions;
using Kiroku.Hypervisors;

namespace Kiroku.Servers.Machines;

/// <summary>Makes a hypervisor's failure that of a step: a sentence for the server's owner, and a reason.</summary>
internal static class HostFailures
{
    public static StepException Explain(HypervisorException e)
    {
        var permanent = e.Failure is HypervisorFailure.NotSupported or HypervisorFailure.Away;
        return new StepException(SentenceOf(e), permanent, e) { ReasonCode = ReasonOf(e) };
    }

    private static string ReasonOf(HypervisorException e) => e.Failure switch
    {
        HypervisorFailure.Unavailable when e.IsLate => ReasonCodes.TimedOut,
        HypervisorFailure.Unavailable or HypervisorFailure.Away => ReasonCodes.HostUnreachable,
        HypervisorFailure.NoSpace => ReasonCodes.DiskFull,
        HypervisorFailure.NotSupported => ReasonCodes.NotSupported,
        _ => ReasonCodes.HypervisorFailed,
    };

    private static string SentenceOf(HypervisorException e) => e.Failure switch
    {
        HypervisorFailure.Unavailable or HypervisorFailure.Away
            => $"The host's hypervisor did not answer, so it could not {e.Operation}.",
        HypervisorFailure.NoSpace => $"The host's disk is full, so it could not {e.Operation}.",
        HypervisorFailure.NotSupported => $"The host's hypervisor cannot {e.Operation}.",
        _ => $"The host's hypervisor could not {e.Operation}.",
    };
}
