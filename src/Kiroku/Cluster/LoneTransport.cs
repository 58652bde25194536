using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Kiroku.Cluster;

/// <summary>
/// The engine's transport for a lone process: it opens no socket, takes no connection and makes none, so that nobody
/// outside the process can speak to the engine.
/// </summary>
internal sealed class LoneTransport : IConnectionListenerFactory, IConnectionFactory
{
    /// <summary>The port in the engine's address, which must have one; nobody listens there.</summary>
    public const int NoPort = 1;

    private static readonly Type[] Kinds = [typeof(IConnectionListenerFactory), typeof(IConnectionFactory)];

    /// <summary>Replaces each of the engine's own transports, which are registered under the engine's keys.</summary>
    /// <exception cref="InvalidOperationException">The engine's transports were not found, so the engine would open its
    /// port again.</exception>
    public static void Use(IServiceCollection services)
    {
        var lone = new LoneTransport();
        var own = services.Where(service => service.IsKeyedService && Kinds.Contains(service.ServiceType)).ToList();
        if (Kinds.Except(own.Select(service => service.ServiceType)).Any())
            throw new InvalidOperationException("The engine's transports were not found.");
        foreach (var transport in own)
        {
            services.Remove(transport);
            services.AddKeyedSingleton(transport.ServiceType, transport.ServiceKey, lone);
        }
    }

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
        => ValueTask.FromResult<IConnectionListener>(new Nobody(endpoint));

    public ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
        => throw new NotSupportedException($"A service on its own connects to nobody, and not to {endpoint}.");

    /// <summary>Waits for connections that cannot come, until it is told to stop.</summary>
    private sealed class Nobody(EndPoint endpoint) : IConnectionListener
    {
        private readonly TaskCompletionSource<ConnectionContext?> end = new(
            TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint => endpoint;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
            => new(end.Task.WaitAsync(cancellationToken));

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            end.TrySetResult(null);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
