# Takes each step that fog's models for OpenStack know and a server here can do. Each is a line in $RESULTS.

require 'fog/openstack'

OPTIONS = {
  openstack_auth_url: ENV['OS_AUTH_URL'], openstack_username: ENV['OS_USERNAME'],
  openstack_api_key: ENV['OS_PASSWORD'], openstack_project_name: ENV['OS_PROJECT_NAME'],
  openstack_domain_id: 'default', openstack_region: 'RegionOne'
}.freeze
COMPUTE = Fog::OpenStack::Compute.new(OPTIONS)
IMAGES = Fog::OpenStack::Image.new(OPTIONS)
NETWORK = Fog::OpenStack::Network.new(OPTIONS)
RESULTS = File.open(ENV['RESULTS'], 'w')
RESULTS.sync = true

def take(name)
  outcome = 'failed'
  outcome = 'passed' if yield
rescue StandardError => e
  puts "---- #{name}", e.full_message(highlight: false)
ensure
  puts "---- #{name}: false" if outcome == 'failed' && !e
  RESULTS.puts "#{outcome} #{name}"
end

def server = COMPUTE.servers.find { |each| each.name == 'by-fog' }

# Long enough for a slow machine.
def wait(state)
  Fog.wait_for(240, 0.5) { server.state == state }
end

take('images') { IMAGES.images.find { |image| image.name == 'picture' } }
take('images of compute') { COMPUTE.images.find { |image| image.name == 'picture' } }
take('flavors') { COMPUTE.flavors.find { |flavor| flavor.name == 'f.1' } }
take('networks') { NETWORK.networks.find { |network| network.name == 'default' } }
take('subnets') { NETWORK.subnets.first }
take('ports') { NETWORK.ports.all }
take('limits') { COMPUTE.get_limits.body['limits'] }
take('availability zones') { COMPUTE.availability_zones.first }
take('security groups') { COMPUTE.security_groups.find { |group| group.name == 'default' } }
take('addresses') { COMPUTE.addresses.empty? }
take('key pair') { COMPUTE.key_pairs.create(name: 'by-fog').private_key }
take('create') do
  COMPUTE.servers.create(
    name: 'by-fog', image_ref: COMPUTE.images.find { |image| image.name == 'picture' }.id,
    flavor_ref: COMPUTE.flavors.find { |flavor| flavor.name == 'f.1' }.id, key_name: 'by-fog',
    nics: [{ net_id: NETWORK.networks.first.id }], user_data: "#cloud-config\n", metadata: { of: 'fog' },
    personality: [{ 'path' => '/etc/motd', 'contents' => 'hello' }]
  )
  wait('ACTIVE')
end
take('addresses of the server') { server.all_addresses && server.private_ip_addresses.any? }
take('metadata') { server.metadata.get('of').value == 'fog' }
take('instance actions') { COMPUTE.list_server_actions(server.id).body['instanceActions'].any? } if
  COMPUTE.respond_to?(:list_server_actions)
{ pause: %w[PAUSED start], suspend: %w[SUSPENDED start], stop: %w[SHUTOFF start] }.each do |action, (state, back)|
  take(action.to_s) do
    server.public_send(action)
    wait(state)
    server.public_send(back)
    wait('ACTIVE')
  end
end
take('soft reboot') { server.reboot('SOFT') && wait('ACTIVE') }
take('hard reboot') { server.reboot('HARD') && wait('ACTIVE') }
take('rescue') do
  COMPUTE.rescue_server(server.id)
  wait('RESCUE')
  COMPUTE.server_action(server.id, 'unrescue' => nil)
  wait('ACTIVE')
end
take('resize') do
  server.resize(COMPUTE.flavors.find { |flavor| flavor.name == 'f.2' }.id)
  wait('VERIFY_RESIZE')
  server.confirm_resize
  wait('ACTIVE')
end
take('rebuild') do
  server.rebuild(COMPUTE.images.find { |image| image.name == 'picture' }.id, 'by-fog')
  wait('ACTIVE')
end
take('image of a server') do
  id = server.create_image('of-by-fog').body.dig('image', 'id') || COMPUTE.images.find { |i| i.name == 'of-by-fog' }.id
  Fog.wait_for(240, 0.5) { IMAGES.images.get(id).status == 'active' }
  IMAGES.images.get(id).destroy
end
take('delete') do
  server.destroy
  Fog.wait_for(240, 0.5) { server.nil? }
end
take('delete the key pair') { COMPUTE.key_pairs.get('by-fog').destroy }
