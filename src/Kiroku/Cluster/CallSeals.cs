using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Orleans.Serialization.Invocation;

namespace Kiroku.Cluster;

/// <summary>
/// Proves calls between nodes, beside the certificates of the link: each call to one of our grains carries a seal over
/// the grain and the call, made with the keys in the store.
/// </summary>
internal sealed class CallSeals(IDataProtectionProvider protection, UnsealedNodes unsealed) : IOutgoingGrainCallFilter,
IIncomingGrainCallFilter
{
    private const string Seal = "kiroku.seal";
    private readonly IDataProtector protector = protection.CreateProtector("Kiroku.Cluster.Call");

    public Task Invoke(IOutgoingGrainCallContext context)
    {
        if (FindOurs(context.Request) is { } ours)
            RequestContext.Set(Seal, protector.Protect(Describe(context.TargetId, ours)));
        return context.Invoke();
    }

    /// <exception cref="UnprovenCallException">The call has no seal, or that of another call.</exception>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (FindOurs(context.Request) is { } ours && !await IsProvenAsync(context.TargetId, ours))
            throw new UnprovenCallException($"{ours.GetInterfaceName()}.{ours.GetMethodName()}");
        // The seal is good for this call alone, not for the calls that the grain makes in turn.
        RequestContext.Remove(Seal);
        await context.Invoke();
    }

    /// <summary>A grain of the version before makes no seal, and passes on that of the call that it serves.</summary>
    private async Task<bool> IsProvenAsync(GrainId target, IInvokable call)
        => (RequestContext.Get(Seal) is byte[] seal && IsSealOf(seal, Describe(target, call)))
            || await unsealed.ExistAsync(CancellationToken.None);

    private bool IsSealOf(byte[] seal, byte[] described)
    {
        try
        {
            return CryptographicOperations.FixedTimeEquals(protector.Unprotect(seal), described);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>
    /// The call to one of our interfaces: the request itself, or the one inside it that asks for a stream; null for the
    /// engine's own.
    /// </summary>
    private static IInvokable? FindOurs(IInvokable request)
    {
        if (IsOurs(request))
            return request;
        for (var i = 0; i < request.GetArgumentCount(); i++)
        {
            if (request.GetArgument(i) is IInvokable inner && IsOurs(inner))
                return inner;
        }
        return null;
    }

    private static bool IsOurs(IInvokable request) => request.GetInterfaceType().Assembly == typeof(CallSeals).Assembly;

    /// <summary>
    /// A hash of the grain, the method and the arguments that read the same in every version: names, ids and numbers.
    /// </summary>
    private static byte[] Describe(GrainId target, IInvokable call)
    {
        var text = new StringBuilder($"{target} {call.GetInterfaceType().FullName}.{call.GetMethodName()}");
        for (var i = 0; i < call.GetArgumentCount(); i++)
        {
            if (call.GetArgument(i) is var argument and (string or Guid or long or int))
                text.Append(CultureInfo.InvariantCulture, $" {i}={argument}");
        }
        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
    }
}

/// <summary>A call arrived that no node of this service can have made.</summary>
[GenerateSerializer]
internal sealed class UnprovenCallException(string call) : Exception($"{call} was asked without proof of who asks.");
