using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Kiroku.Cluster;

/// <summary>What a member's address says when it is asked whether somebody is there.</summary>
internal enum NodeSign
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Its machine says that no such process listens.</summary>
    Refusal,

    /// <summary>Somebody listens, or did until its process was frozen.</summary>
    Answer,
}

/// <summary>Knocks at a member's door, and looks at the certificate that it shows.</summary>
internal sealed class NodeProbe(NodeCertificates certificates)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <exception cref="JoinException">Who answers shows no certificate of our authority's.</exception>
    public async Task<NodeSign> AskAsync(Member member, CancellationToken cancellationToken)
    {
        try
        {
            return await KnockAsync(member, cancellationToken);
        }
        catch (IOException)
        {
            // It ended just now, or it does not know what we speak: then it does not the next time either.
        }
        try
        {
            return await KnockAsync(member, cancellationToken);
        }
        catch (IOException e)
        {
            throw NoCertificate(member, e);
        }
    }

    private async Task<NodeSign> KnockAsync(Member member, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        using var client = new TcpClient(member.Silo.Endpoint.AddressFamily);
        try
        {
            await client.ConnectAsync(member.Silo.Endpoint, limit.Token);
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused ? NodeSign.Refusal : NodeSign.None;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return NodeSign.None;
        }
        await GreetAsync(member, client.GetStream(), limit.Token);
        return NodeSign.Answer;
    }

    private async Task GreetAsync(Member member, Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            await using var link = new SslStream(stream);
            await link.AuthenticateAsClientAsync(certificates.ForClient(), cancellationToken);
        }
        catch (AuthenticationException e)
        {
            throw NoCertificate(member, e);
        }
        catch (OperationCanceledException)
        {
            // Somebody listens, and is frozen.
        }
    }

    private JoinException NoCertificate(Member member, Exception e)
        => new($"this node cannot join: {member.Node} at {member.Silo.Endpoint} shows no certificate "
            + $"{certificates.Identity.Wanted} ({e.Message})", e)
        {
            IsOfStranger = true,
        };
}
