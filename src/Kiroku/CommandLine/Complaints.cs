using System.Net.Sockets;
using Kiroku.Cluster;
using Kiroku.Hypervisors;
using Kiroku.Images;
using Kiroku.Storage;
using Microsoft.Extensions.Options;
using Orleans.Runtime.MembershipService;

namespace Kiroku.CommandLine;

/// <summary>
/// One sentence for each failure that a person can fix. Other failures are our own faults and keep their stack trace.
/// </summary>
internal static class Complaints
{
    public static string? Of(Exception e) => e switch
    {
        UsageException or RefusedException or StorageException or HypervisorException or JoinException => e.Message,
        OrleansClusterConnectivityCheckFailedException
            => "this node cannot join: not every other one answers it. Each must reach all the others, "
            + "and all have certificates or none "
                + $"({e.Message[(e.Message.LastIndexOf(". ", StringComparison.Ordinal) + 2)..]})",
        OptionsValidationException invalid => $"configuration: {string.Join(' ', invalid.Failures)}",
        // A configuration file or value is wrong: the outer message names the file or key, the inner one says what is
        // wrong.
        InvalidDataException
            => $"{e.Message} {e.InnerException?.InnerException?.Message ?? e.InnerException?.Message}".TrimEnd(),
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" }
            => $"configuration: {e.Message} {e.InnerException?.Message}",
        InvalidOperationException { InnerException: ImageRejectedException } => e.Message,
        SocketException => $"cannot listen there: {e.Message}",
        IOException or UnauthorizedAccessException => e.Message,
        _ => null,
    };
}
