namespace Kiroku.Tests;

/// <summary>
/// Has a client wait for the service's word before it sends a large body, as curl does. A service that refuses a body
/// closes the connection, and a client that still sends may notice that before it has read the answer.
/// </summary>
internal sealed class LargeBodies(SocketsHttpHandler handler) : DelegatingHandler(handler)
{
    private const int Least = 1 << 20;

    /// <summary>The handler of a client that does so.</summary>
    public static HttpMessageHandler WaitForAWord(SocketsHttpHandler handler)
    {
        handler.Expect100ContinueTimeout = TimeSpan.FromMinutes(1);
        return new LargeBodies(handler);
    }

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content?.Headers.ContentLength >= Least)
            request.Headers.ExpectContinue = true;
        return base.SendAsync(request, cancellationToken);
    }
}
