using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Kiroku.Cluster;

/// <summary>The sign of life that a probe of a member's address finds.</summary>
internal enum NodeSign
{
    /// <summary>The machine does not answer.</summary>
    None,

    /// <summary>The machine answers that no such process listens.</summary>
    Refusal,

    /// <summary>A process listens, or did until it was frozen.</summary>
    Answer,
}

/// <summary>Probes a member's address, and checks the certificate that it shows.</summary>
internal sealed class NodeProbe(NodeCertificates certificates)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <exception cref="JoinException">The process that answers shows no certificate of our authority.</exception>
    public async Task<NodeSign> AskAsync(Member member, CancellationToken cancellationToken)
    {
        try
        {
            return await KnockAsync(member, cancellationToken);
        }
        catch (IOException)
        {
            // The member has just ended, or something else than a member answers; then the second try fails, too.
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
            // The process listens, but is frozen.
        }
    }

    private JoinException NoCertificate(Member member, Exception e)
        => new($"this node cannot join: {member.Node} at {member.Silo.Endpoint} shows no certificate "
            + $"{certificates.Identity.Wanted} ({e.Message})", e)
        {
            IsOfStranger = true,
        };
}
