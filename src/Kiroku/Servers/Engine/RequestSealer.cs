using System.Security.Cryptography;
using Kiroku.Cluster;
using Microsoft.AspNetCore.DataProtection;
using Orleans.Serialization;

namespace Kiroku.Servers.Engine;

/// <summary>
/// Seals requests on the node that let the caller in, so that the server's grain, mostly on another node, need not
/// trust the nodes in between. The keys are in the store; tokens are sealed with them, too.
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

    /// <summary>
    /// Whether a node of this service made exactly this request, for this server. What no message can carry proves
    /// that it was made in this process.
    /// </summary>
    public async Task<bool> IsProvenAsync(Guid server, ActionRequest request)
        => request.Seen?.Id == server || (request.Seal is { } seal
            ? IsSealOf(seal, server, Bare(request))
            : await unsealed.ExistAsync(CancellationToken.None));

    /// <summary>The part of a request that crosses between nodes and is sealed.</summary>
    private static ActionRequest Bare(ActionRequest request) => request with { Seal = null, Asked = null, Seen = null };

    /// <summary>
    /// Compares the sealed request itself, not its bytes: they differ between versions, because the newer one knows
    /// more members.
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
