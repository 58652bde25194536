using System.Security.Cryptography;
using Kiroku.Cluster;
using Microsoft.AspNetCore.DataProtection;
using Orleans.Serialization;

namespace Kiroku.Servers.Engine;

/// <summary>
/// Seals requests where it was decided who asks, so that the server's grain, mostly on another node, need not believe
/// whoever hands them on. The keys are those in the store that tokens are sealed with, too.
/// </summary>
internal sealed class RequestSealer(
    IDataProtectionProvider protection, Serializer<ActionRequest> serializer, UnsealedNodes unsealed)
{
    private readonly IDataProtector protector = protection.CreateProtector("Kiroku.Servers.ActionRequest");

    public ActionRequest Seal(Guid server, ActionRequest request)
    {
        var bare = Bare(request);
        return request with
        {
            Seal = protector.Protect([.. server.ToByteArray(), .. serializer.SerializeToArray(bare)]),
        };
    }

    /// <summary>Whether a node of this service made the request as it is, for that server.</summary>
    public async Task<bool> IsProvenAsync(Guid server, ActionRequest request)
        => request.Seal is { } seal
            ? IsSealOf(seal, server, Bare(request))
            : await unsealed.AreThereAsync(CancellationToken.None);

    /// <summary>As much of a request as crosses between nodes and is sealed.</summary>
    private static ActionRequest Bare(ActionRequest request) => request with { Seal = null, Asked = null };

    /// <summary>
    /// Compares what was sealed rather than its bytes: those differ between versions, of which one knows more members.
    /// </summary>
    private bool IsSealOf(byte[] seal, Guid server, ActionRequest request)
    {
        try
        {
            const int IdLength = 16;
            var opened = protector.Unprotect(seal).AsMemory();
            return new Guid(opened.Span[..IdLength]) == server && serializer.Deserialize(opened[IdLength..]) == request;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
