from django.urls import path

from growth.campaigns.devices.api import devices

app_name = "devices-api"
# api/v1/devices/
urlpatterns = [
    path("", devices.Devices.as_view(), name="devices"),
    path("<int:device_id>/", devices.DeviceDetail.as_view(), name="device"),
]
